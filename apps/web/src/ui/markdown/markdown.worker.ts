import { toTree } from './to-tree.ts';

addEventListener('message', ({ data }: MessageEvent<string>) => {
  postMessage(toTree(data));
});
postMessage('ready');
