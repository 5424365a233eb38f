import type { Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { exported, linesOf } from './support/files.ts';
import { emptyProject } from './support/projects.ts';
import { writeSample } from './support/sample-run.ts';

vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
let file: string;
let lines: string[];
beforeAll(async () => {
  server = await startTestServer();
  const source = await emptyProject(server);
  await writeSample(source, 'sample');
  file = await exported(source, { run: 'sample' });
  lines = linesOf(file);
});
afterAll(() => server.close());

const at = (type: string) => lines.findIndex((line) => line.startsWith(`{"type":"${type}"`));
const join = (changed: readonly string[]) => `${changed.join('\n')}\n`;
const without = (index: number) => join(lines.toSpliced(index, 1));

/** The file with fields of one line changed. */
function changed(type: string, change: Record<string, unknown>): string {
  const index = at(type);
  const line = JSON.stringify({ ...JSON.parse(lines[index] ?? ''), ...change });
  return join(lines.with(index, line));
}

async function refusal(text: string, options: Parameters<Stepledger['import']>[1] = {}): Promise<string> {
  const target = await emptyProject(server);
  return target.import([text], options).then(
    () => 'nothing was refused',
    (error: Error) => error.message,
  );
}

test('a line that is missing, moved, changed or cut off is named by its number', async () => {
  const entry = at('entry');
  const swapped = join(lines.with(entry, lines[entry + 1] ?? '').with(entry + 1, lines[entry] ?? ''));
  expect(await refusal(without(entry))).toMatch(/^Bad input: line \d+.* must be 1: there is no gap/);
  expect(await refusal(swapped)).toMatch(/^Bad input: line \d+/);
  expect(await refusal(file.slice(0, -1))).toMatch(new RegExp(`line ${lines.length} has no line break`));
  expect(await refusal(file.slice(0, -9))).toMatch(new RegExp(`line ${lines.length} is not JSON`));
  expect(await refusal(join(lines.slice(0, -1)))).toMatch(new RegExp(`line ${lines.length} must be the end`));
  expect(await refusal(`${file}${lines[1]}\n`)).toMatch(/stands behind the end/);
  expect(await refusal('')).toMatch(/line 1 must be the end/);
});

test('a text is held against its hash, and a change of anything else against the last line', async () => {
  expect(await refusal(changed('blob', { text: 'another text' }))).toMatch(/line \d+, id, is not the hash/);
  expect(await refusal(changed('message', { role: 'system' }))).toMatch(/line \d+, hash, is not the hash/);
  const actor = changed('entry', { actor: 'somebody else' });
  expect(await refusal(actor)).toMatch(/sha256, does not fit the lines before it/);
  expect(await refusal(changed('prompt_version', { syntax: 'jinja2' }))).toMatch(/holds another content/);
});

test('another version, an unknown type and an unknown field are refused, each by what it is', async () => {
  expect(await refusal(changed('header', { version: 2 }))).toMatch(/line 1, version, must be 1/);
  expect(await refusal(changed('header', { format: 'other' }))).toMatch(/line 1, format/);
  expect(await refusal(without(0))).toMatch(/line 1 must be the header/);
  expect(await refusal(changed('step', { type: 'stair' }))).toMatch(
    /of a type that this version does not know/,
  );
  expect(await refusal(changed('step', { colour: 'red' }))).toMatch(/line \d+.*colour/);
  expect(await refusal(changed('document', { kind: 'a\nb' }))).toMatch(/line \d+, kind,/);
  expect(await refusal('{"type":"header"\n')).toMatch(/line 1 is not JSON/);
  expect(await refusal('not json\n')).toMatch(/line 1 is not JSON/);
});

test('lines name only what is of their run and came before them', async () => {
  const stranger = '01890000-0000-7000-8000-000000000000';
  expect(await refusal(changed('exchange', { stepId: stranger }))).toMatch(/stepId, is no step of the run/);
  expect(await refusal(changed('close', { exchangeId: stranger }))).toMatch(
    /exchangeId, is no exchange of the run/,
  );
  expect(await refusal(changed('version', { documentId: stranger }))).toMatch(
    /documentId, is no document of the run/,
  );
  expect(await refusal(changed('version', { version: 2 }))).toMatch(/version, must be 1/);
  expect(await refusal(changed('close', { response: `${'0'.repeat(64)}.binary` }))).toMatch(
    /a text that is not here/,
  );
  expect(await refusal(changed('run', { workflow: { name: 'none', version: 1 } }))).toMatch(
    /workflow that is not here/,
  );
});

test('a dry run finds the same faults and writes nothing', async () => {
  await using tables = await openTables(server.databaseUrl);
  const target = await emptyProject(server);
  const before = await tables.fingerprint();
  const report = await target.import([file], { dryRun: true });
  expect(report).toMatchObject({ dryRun: true, units: { run: { created: 1 }, prompt: { created: 1 } } });
  expect(report.revisions).toBeGreaterThan(10);
  const options = { dryRun: true };
  await expect(target.import([changed('blob', { text: 'another' })], options)).rejects.toThrow(
    'is not the hash',
  );
  await expect(target.import([changed('step', { colour: 'red' })], options)).rejects.toThrow('colour');
  expect(await tables.fingerprint()).toEqual(before);
});

test('only an admin key may import', async () => {
  const target = await emptyProject(server);
  const { key } = await target.apiKeys.create({ name: 'writer', access: 'write' });
  const { createStepledger } = await import('@stepledger/client');
  const writer = createStepledger({ url: server.url, token: key, spool: false });
  await expect(writer.import([file])).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
