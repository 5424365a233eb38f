import type { Root } from 'hast';

/** A text that takes longer is shown as its source: some short ones keep a Markdown parser busy for minutes. */
const LIMIT_MS = 2000;
/** Longer ones are not tried: a page of so many elements is slow to draw, and its source is not. */
const MAX_MARKDOWN_LENGTH = 512 * 1024;

/**
 * Reads Markdown in a worker of its own, so that no text can hold up the page.
 *
 * Answers null when it takes too long or cannot be read.
 */
export function readMarkdown(text: string, signal: AbortSignal): Promise<Root | null> {
  if (text.length > MAX_MARKDOWN_LENGTH) return Promise.resolve(null);
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./markdown.worker.ts', import.meta.url), { type: 'module' });
    const end = (tree: Root | null) => {
      clearTimeout(timer);
      worker.terminate();
      resolve(tree);
    };
    const timer = setTimeout(end, LIMIT_MS, null);
    signal.addEventListener('abort', () => end(null), { once: true });
    worker.addEventListener('message', ({ data }: MessageEvent<Root>) => end(data));
    worker.addEventListener('error', () => end(null));
    worker.postMessage(text);
  });
}
