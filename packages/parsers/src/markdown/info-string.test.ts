import { expect, test } from 'vitest';
import { readInfoString } from './info-string.ts';

test.each([
  ['', '', undefined],
  ['TypeScript', 'typescript', undefined],
  ['ts title="src/my file.ts"', 'ts', 'src/my file.ts'],
  ["js filename='a.js' {1,3}", 'js', 'a.js'],
  ['ts {1,3} file=src/a.ts', 'ts', 'src/a.ts'],
  ['jsx {title=App.jsx}', 'jsx', 'App.jsx'],
  ['ts src/a.ts', 'ts', 'src/a.ts'],
  ['python main.py', 'python', 'main.py'],
  ['sh .env', 'sh', '.env'],
  ['python:src/a.py', 'python', 'src/a.py'],
  ['docker:Dockerfile', 'docker', 'Dockerfile'],
  ['12:40:src/a.ts', '', 'src/a.ts'],
  ['src/a.ts', '', 'src/a.ts'],
  ['{.python .numberLines}', 'python', undefined],
  ['ts,ignore', 'ts', undefined],
  ['ts showLineNumbers', 'ts', undefined],
  ['text 3.5', 'text', undefined],
  ['ts:12', 'ts', undefined],
  ['c++', 'c++', undefined],
  ['c#', 'c#', undefined],
  ['asp.net', 'asp.net', undefined],
])('%j is of the language %j and the file %j', (info, language, file) => {
  expect(readInfoString(info)).toEqual({ language, ...(file !== undefined && { file }) });
});
