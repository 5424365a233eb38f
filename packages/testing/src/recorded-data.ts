import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadTestEnv } from './env.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The directory of the real recorded runs (`../shared/data` beside the checkout); null where there is none. */
export function findRecordedData(): string | null {
  const dir = loadTestEnv().dataDir ?? join(ROOT, '../shared/data');
  return existsSync(join(dir, 'metagpt.jsonl')) ? dir : null;
}

/** Every text of a JSON Lines file, wherever it stands in its lines. */
export async function loadTexts(file: string): Promise<string[]> {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  // Not by readline: it also ends a line at U+2028.
  const lines = (await readFile(file, 'utf8')).split('\n');
  for (const line of lines) if (line !== '') collect(JSON.parse(line));
  return texts;
}
