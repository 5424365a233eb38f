import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type RecordedPrompt, type RecordedRun, recordedPromptSchema, recordedRunSchema } from './schema.ts';

/** The runs of one file: one recorder, one way of working. */
export interface Family {
  /** The file's name without its ending. */
  name: string;
  runs: RecordedRun[];
}

export interface Corpus {
  families: Family[];
  prompts: RecordedPrompt[];
}

const PROMPTS_FILE = 'prompts.jsonl';

/** Reads every `.jsonl` file of a directory. Throws an Error that names file, line and field of what does not fit. */
export async function loadCorpus(dir: string): Promise<Corpus> {
  const files = (await readdir(dir)).filter((file) => file.endsWith('.jsonl')).sort();
  if (files.length === 0) throw new Error(`There is no .jsonl file in ${dir}`);
  const families: Family[] = [];
  let prompts: RecordedPrompt[] = [];
  for (const file of files) {
    const path = join(dir, file);
    if (file === PROMPTS_FILE) prompts = await loadLines(path, recordedPromptSchema);
    else {
      families.push({
        name: file.slice(0, -'.jsonl'.length),
        runs: await loadLines(path, recordedRunSchema),
      });
    }
  }
  return { families, prompts };
}

async function loadLines<Line>(path: string, schema: z.ZodType<Line>): Promise<Line[]> {
  const lines: Line[] = [];
  // Not by readline: it also ends a line at U+2028, which JSON leaves as it is inside a text.
  for (const [index, text] of (await readFile(path, 'utf8')).split('\n').entries()) {
    if (text === '') continue;
    const where = `${path}:${index + 1}`;
    const read = schema.safeParse(toJson(text, where));
    if (!read.success) throw new Error(`${where} does not fit:\n${z.prettifyError(read.error)}`);
    lines.push(read.data);
  }
  return lines;
}

function toJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${where} is no JSON`, { cause });
  }
}
