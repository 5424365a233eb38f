import type { Root } from 'hast';
import rehypeSanitize from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';

// HTML inside of Markdown stays what it is, text, and what is left is still held against the list of harmless elements.
const processor = unified().use(remarkParse).use(remarkGfm).use(remarkRehype).use(rehypeSanitize);

addEventListener('message', ({ data }: MessageEvent<string>) => {
  const tree: Root = processor.runSync(processor.parse(data)) as Root;
  postMessage(tree);
});
postMessage('ready');
