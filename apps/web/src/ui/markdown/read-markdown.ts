import type { Root } from 'hast';
import { PartNotLoaded } from '../../lib/lazy-part.ts';

/** A text that takes longer is shown as its source: some short ones keep a Markdown parser busy for minutes. */
const LIMIT_MS = 2000;
/** Longer ones are not tried: a page of so many elements is slow to draw, and its source is not. */
const MAX_MARKDOWN_LENGTH = 512 * 1024;

/**
 * Reads Markdown in a worker of its own, so that no text can hold up the page.
 *
 * Answers null when it takes too long or cannot be read; fails when the worker cannot be fetched.
 */
export function readMarkdown(text: string, signal: AbortSignal): Promise<Root | null> {
  if (text.length > MAX_MARKDOWN_LENGTH) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./markdown.worker.ts', import.meta.url), { type: 'module' });
    const end = (tree: Root | null) => {
      clearTimeout(timer);
      worker.terminate();
      resolve(tree);
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    signal.addEventListener('abort', () => end(null), { once: true });
    worker.addEventListener('message', ({ data }: MessageEvent<Root | 'ready'>) => {
      if (data !== 'ready') return end(data);
      // Fetching its code may take any time, and says nothing of the text.
      timer = setTimeout(end, LIMIT_MS, null);
      worker.postMessage(text);
    });
    worker.addEventListener('error', () => {
      if (timer === undefined) reject(new PartNotLoaded('What reads Markdown could not be fetched'));
      end(null);
    });
  });
}
