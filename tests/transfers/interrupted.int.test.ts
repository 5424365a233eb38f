import { type ExportScope, readExport, type Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { exported, linesOf } from './support/files.ts';
import { emptyProject } from './support/projects.ts';
import { writeSample } from './support/sample-run.ts';

vi.setConfig({ testTimeout: 120_000 });

const SEED = 5;
const share = fc.double({ min: 0, max: 1, noNaN: true });

let server: TestServer;
let source: Stepledger;
let file: string;
beforeAll(async () => {
  server = await startTestServer();
  source = await emptyProject(server);
  await writeSample(source, 'sample');
  file = await exported(source);
});
afterAll(() => server.close());

test('an import that was cut off anywhere, and is run again, ends as one that was not', async () => {
  const lines = linesOf(file);
  await fc.assert(
    fc.asyncProperty(share, share, async (first, second) => {
      const target = await emptyProject(server);
      for (const place of [first, second].sort()) {
        const kept = lines.slice(0, Math.floor(lines.length * place)).join('\n');
        await expect(target.import([kept === '' ? '' : `${kept}\n`])).rejects.toMatchObject({
          code: 'BAD_INPUT',
        });
      }
      await target.import([file]);
      expect(await exported(target)).toBe(file);
    }),
    { seed: SEED, numRuns: 6, endOnFailure: true },
  );
});

test('what is there after a cut is whole up to a revision', async () => {
  const target = await emptyProject(server);
  const lines = linesOf(file);
  const cut = lines.findIndex((line) => line.includes('"type":"close"'));
  await expect(target.import([`${lines.slice(0, cut).join('\n')}\n`])).rejects.toThrow('the file is cut off');

  const run = await target.runs.get({ key: 'sample' });
  const { items } = await target.entries.list({ runId: run.id });
  expect(items.map(({ revision }) => revision)).toEqual(
    Array.from({ length: run.revision }, (_, index) => index + 1),
  );
  expect((await target.exchanges.list({ runId: run.id })).items).toEqual([]);
});

test('an export that was cut off at any byte goes on to the same bytes', async () => {
  const bytes = Buffer.from(file);
  await fc.assert(
    fc.asyncProperty(share, async (place) => {
      const part = bytes.subarray(0, Math.floor(bytes.length * place));
      const partial = await readExport([part]);
      expect(partial.bytes).toBeLessThanOrEqual(part.length);
      const rest = await exported(source, { resume: partial } as ExportScope);
      expect(Buffer.concat([part.subarray(0, partial.bytes), Buffer.from(rest)]).equals(bytes)).toBe(true);
    }),
    { seed: SEED, numRuns: 10, endOnFailure: true },
  );
  expect(await readExport([bytes])).toMatchObject({ complete: true, scope: 'project', bytes: bytes.length });
});

test('an export tells a run as it was when its turn came, however it is written to meanwhile', async () => {
  const run = await source.run({ key: 'moving' });
  for (let turn = 0; turn < 3; turn++)
    await run.step('a').documents.put({ kind: 'design', text: `v${turn}` });
  const before = await exported(source, { run: 'moving' });
  const lines: string[] = [];
  for await (const line of source.export({ run: 'moving' })) {
    lines.push(line);
    if (line.includes('"type":"run"')) {
      await run.step('a').documents.put({ kind: 'design', text: 'meanwhile' });
      await run.step('b').complete();
      await run.complete();
    }
  }
  expect(lines.join('')).toBe(before);
});

test('a newer export goes on with the run that an older one brought, and brings what was purged since', async () => {
  const target = await emptyProject(server);
  const key = 'continued';
  const { runId } = await writeSample(source, key);
  await target.import([await exported(source, { run: key })]);

  const { items } = await source.documents.list({ runId, kind: 'part' });
  await source.documents.purge({ documentId: items[0]?.id ?? '', cascade: true });
  const open = { runId, step: { name: 'open_step', key: '1' }, memoKey: '1'.repeat(64), force: true };
  await source.exchanges.open({ ...open, messages: [{ role: 'user', content: 'a third time' }] });
  const newer = await exported(source, { run: key });
  const report = await target.import([newer]);

  expect(report.units.run).toMatchObject({ continued: 1, created: 0 });
  expect(await exported(target, { run: key })).toBe(newer);
});
