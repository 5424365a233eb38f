import { loadModule } from '../../lib/lazy-part.ts';

/** How long a comparison may keep the page busy. */
const LIMIT_MS = 1000;

/** A unified diff of two texts: empty when they are equal, null when they are too different to compare in a second. */
export async function toTextPatch(before: string, after: string): Promise<string | null> {
  if (before === after) return '';
  const { createTwoFilesPatch } = await loadModule(() => import('diff'));
  return createTwoFilesPatch('', '', before, after, undefined, undefined, { timeout: LIMIT_MS }) ?? null;
}
