import type { ImportedUnit } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { exported, typesOf } from './support/files.ts';
import { emptyProject } from './support/projects.ts';
import { BYTES, HARD_TEXTS, LARGE, writeSample } from './support/sample-run.ts';

vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test('a second import changes nothing', async () => {
  await using tables = await openTables(server.databaseUrl);
  const source = await emptyProject(server);
  await writeSample(source, 'sample');
  const file = await exported(source);
  const target = await emptyProject(server);
  await target.import([file]);
  const before = await tables.fingerprint();

  const report = await target.import([file]);

  expect(report.units).toMatchObject({
    workflow: { present: 1 },
    prompt: { present: 1 },
    run: { present: 2 },
  });
  expect(report.revisions).toBe(0);
  expect(await tables.fingerprint()).toEqual(before);
});

test('into another project of the same server everything comes with its ids, and every text with its bytes', async () => {
  const source = await emptyProject(server);
  const { runId, forkId } = await writeSample(source, 'sample', { requirement: LARGE });
  const file = await exported(source);
  const target = await emptyProject(server);
  await target.import([file]);

  expect(await exported(target)).toBe(file);
  const documents = await target.documents.list({ runId, withText: true }).all();
  expect(documents.map(({ text }) => text)).toEqual([LARGE, 'no secret', ...HARD_TEXTS.slice(2), 'v1']);
  const [{ id: exchangeId } = { id: '' }] = (await target.exchanges.list({ runId })).items;
  const exchange = await target.exchanges.get({ exchangeId });
  expect(exchange.messages.map(({ content }) => content)).toEqual(HARD_TEXTS);
  expect(await target.blobs.get(exchange.response?.id ?? '')).toEqual(BYTES);
  await expect(
    target.documents.get({ documentId: documents[1]?.id ?? '', version: 2 }),
  ).rejects.toMatchObject({
    code: 'PURGED',
  });
  // Both go on.
  const [put] = (
    await target.documents.putMany({ runId: forkId, documents: [{ kind: 'design', text: 'on' }] })
  ).documents;
  expect(put?.version).toBe(3);
});

test('a key that another run has is a conflict: refused, skipped, or another key is taken', async () => {
  const source = await emptyProject(server);
  await source.run({ key: 'taken' });
  const file = await exported(source);
  const target = await emptyProject(server);
  await target.run({ key: 'taken', goal: 'another' });
  const units: ImportedUnit[] = [];
  const onUnit = (unit: ImportedUnit) => void units.push(unit);

  await expect(target.import([file])).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
    details: { type: 'run', id: 'taken' },
  });
  await target.import([file], { onConflict: 'skip', onUnit });
  await target.import([file], { onConflict: 'rename', onUnit });
  await target.import([file], { onConflict: 'rename', onUnit });

  expect(units.map(({ here, action }) => `${here}: ${action}`)).toEqual([
    'taken: skipped',
    'taken (2): created',
    'taken (2): present',
  ]);
  expect((await target.runs.get({ key: 'taken' })).goal).toBe('another');
});

test('a prompt or workflow with other versions is a conflict, and what needs one that was skipped is skipped', async () => {
  const source = await emptyProject(server);
  await writeSample(source, 'sample');
  const file = await exported(source, { run: 'sample' });
  const target = await emptyProject(server);
  await target.prompts.put({ name: 'design', template: 'Another {{it}}', parameters: ['it'] });
  const units: ImportedUnit[] = [];
  const onUnit = (unit: ImportedUnit) => void units.push(unit);

  await expect(target.import([file])).rejects.toMatchObject({ details: { type: 'prompt', id: 'design' } });
  await target.import([file], { onConflict: 'skip', onUnit });
  await target.import([file], { onConflict: 'rename', onUnit });

  expect(units.map(({ kind, here, action }) => `${kind} ${here}: ${action}`)).toEqual([
    'workflow feature: present',
    'prompt design: skipped',
    'run sample: skipped',
    'workflow feature: present',
    'prompt design (2): created',
    'run sample: created',
  ]);
  expect(units[2]?.reason).toBe('its prompt design was skipped');
  const { id: runId } = await target.runs.get({ key: 'sample' });
  const [exchange] = (await target.exchanges.list({ runId })).items;
  expect(exchange?.prompt).toEqual({ name: 'design (2)', version: 1 });
  expect(
    (await target.prompts.get({ name: 'design', runId, label: 'production' }).catch(() => null))?.version,
  ).toBeUndefined();
  expect((await target.prompts.get({ name: 'design (2)', runId, label: 'production' })).version).toBe(1);
});

test('versions of a prompt that both have are one prompt, and those that are new are added', async () => {
  const source = await emptyProject(server);
  const target = await emptyProject(server);
  for (const { prompts } of [source, target]) await prompts.put({ name: 'design', template: 'one' });
  await source.prompts.put({ name: 'design', template: 'two' });

  const report = await target.import([await exported(source)]);

  expect(report.units.prompt).toMatchObject({ continued: 1 });
  expect((await target.prompts.get({ name: 'design' })).template[0]?.text).toBe('two');
});

test('the same run with another history is a conflict that no other key helps with', async () => {
  const source = await emptyProject(server);
  const run = await source.run({ key: 'sample' });
  const target = await emptyProject(server);
  await target.import([await exported(source)]);
  await run.step('a').complete();
  await target.documents.put({ runId: run.id, kind: 'design', text: 'here' });
  const file = await exported(source);

  for (const onConflict of ['fail', 'rename'] as const) {
    await expect(target.import([file], { onConflict })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  }
  const report = await target.import([file], { onConflict: 'skip' });
  expect(report.units.run).toMatchObject({ skipped: 1 });
  await expect(target.import([file], { dryRun: true })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
});

test('a workflow is told with the prompts that it names, and nothing else', async () => {
  const source = await emptyProject(server);
  await writeSample(source, 'sample');
  await source.prompts.put({ name: 'unnamed', template: 'x' });
  const file = await exported(source, { workflow: 'feature' });
  expect(typesOf(file)).toEqual([
    'header',
    'workflow',
    'workflow_version',
    'prompt',
    'prompt_version',
    'prompt_version',
    'prompt_label',
    'end',
  ]);
  const target = await emptyProject(server);
  await target.import([file]);
  expect(await exported(target, { workflow: 'feature' })).toBe(file);
});
