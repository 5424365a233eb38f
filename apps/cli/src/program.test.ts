import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createProgram } from './program.ts';
import { LazyShell } from './shell/shell.ts';

const DOCS = path.resolve(import.meta.dirname, '../../../docs/cli');
const program = createProgram(new LazyShell({}, new AbortController().signal));
const pageOf = (name: string) => readFileSync(path.join(DOCS, `${name}.md`), 'utf8');

test.each([
  'blame',
  'cat',
  'diff',
  'edit',
  'export',
  'log',
  'record',
  'search',
  'serve',
  'show',
  'sync',
  'tail',
])('every option of %s stands on its page', (name) => {
  const command = program.commands.find((candidate) => candidate.name() === name);
  const options = command?.options.filter(({ hidden }) => !hidden).map(({ long, short }) => [long, short]);
  const page = pageOf(name);
  const names = (option: string | null | undefined) =>
    typeof option === 'string' && new RegExp(`(?<![\\w-])${option}(?![\\w-])`).test(page);
  expect(options?.filter((spellings) => !spellings.some(names))).toEqual([]);
});
