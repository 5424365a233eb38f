import { glob, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { findRecordedData, loadTexts } from '@stepledger/testing';

const PACKAGES = resolve(import.meta.dirname, '../../../node_modules/.pnpm');
/** Larger files are bundles, whose lines are not what people write; smaller texts are names. */
const SIZE = { min: 500, max: 256 * 1024 };
const MAX_BYTES = 64 * 1024 * 1024;

/** Pieces of about 2 KB of what people and LLMs wrote. */
export interface Corpus {
  /** The n-th piece: the same for the same number, and no two alike. */
  piece(n: number): string;
}

/** Reads recorded runs, where they are present, and the Markdown and source of the installed packages. */
export async function loadCorpus(): Promise<Corpus> {
  const texts: string[] = [];
  const data = findRecordedData();
  for (const name of data === null ? [] : ['metagpt', 'openspec', 'swe-agent', 'prompts']) {
    texts.push(...(await loadTexts(join(data ?? '', `${name}.jsonl`))));
  }
  let bytes = 0;
  for await (const file of glob(['**/*.md', '**/*.ts', '**/*.js'], { cwd: PACKAGES })) {
    const text = await readFile(join(PACKAGES, file), 'utf8').catch(() => '');
    texts.push(text);
    bytes += text.length;
    if (bytes > MAX_BYTES) break;
  }
  const usable = texts.filter(({ length }) => length >= SIZE.min && length <= SIZE.max);
  return { piece: (n) => cut(usable, n) };
}

/** Where pieces begin, in code units: prime, so that a file is cut anew each time it comes. */
const STRIDE = 1009;
const LENGTH = 2000;

function cut(texts: readonly string[], n: number): string {
  const text = texts[(n * 7919) % texts.length] ?? '';
  const start = ((n * STRIDE) % Math.max(1, text.length - LENGTH)) | 0;
  const line = text.indexOf('\n', start) + 1;
  const piece = text.slice(line > start && line < start + 200 ? line : start).slice(0, LENGTH);
  // Others cannot store what a cut through a character leaves.
  return `${piece.toWellFormed().replaceAll('\0', '')}\n\nPiece ${n}\n`;
}
