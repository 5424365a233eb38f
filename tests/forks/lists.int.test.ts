import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';

test('lists across runs show what came with a fork once, and what the fork did', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const { ledger } = server;
  const run = await ledger.run({ key: 'run' });
  const design = run.step('design_step');
  const documents = [
    { kind: 'design', text: 'd' },
    { kind: 'notes', text: 'n' },
  ];
  await design.record({ prompt: 'Design it.', response: 'raw', documents });
  await design.record({ prompt: 'Fail.', error: 'HTTP 500' });
  const fork = await run.fork({ key: 'fork' });
  const second = await fork.fork({ key: 'second' });
  const step = { name: 'design_step' };
  const across = async () => ({
    documents: (await ledger.documents.list().all()).map(({ runId, kind, text }) => [runId, kind, text]),
    byStep: (await ledger.documents.byStep({ step }).all()).map(({ runId, kind, text }) => [
      runId,
      kind,
      text,
    ]),
    exchanges: (await ledger.exchanges.list().all()).map(({ runId, status }) => [runId, status]),
    failed: (await ledger.exchanges.list({ status: 'failed' }).all()).map(({ runId }) => runId),
    parses: (await ledger.parses.list().all()).map(({ runId }) => runId),
  });
  const ofRun = {
    documents: [
      [run.id, 'design', 'd'],
      [run.id, 'notes', 'n'],
    ],
    byStep: [
      [run.id, 'design', 'd'],
      [run.id, 'notes', 'n'],
    ],
    exchanges: [
      [run.id, 'completed'],
      [run.id, 'failed'],
    ],
    failed: [run.id],
    parses: [run.id],
  };
  expect(await across()).toEqual(ofRun);
  // Asked for by its run, a fork has all of it.
  expect(await second.documents.list()).toHaveLength(2);
  expect(await second.exchanges.list()).toHaveLength(2);
  expect(await ledger.parses.list({ runId: second.id }).all()).toHaveLength(1);
  expect(await second.step('design_step').documents.list()).toHaveLength(2);

  await fork.step('design_step').documents.put({ kind: 'design', text: 'better' });
  await fork
    .step('design_step')
    .record({ prompt: 'More.', response: 'more', documents: [{ kind: 'more', text: 'm' }] });

  const own = await across();
  expect(own.documents).toEqual(expect.arrayContaining([...ofRun.documents, [fork.id, 'design', 'better']]));
  expect(own.documents).toHaveLength(4);
  // Step by step: a step and its copy were made at the same time.
  expect(own.byStep.toSorted()).toEqual(
    [...ofRun.byStep, [fork.id, 'design', 'better'], [fork.id, 'more', 'm']].toSorted(),
  );
  expect(own.exchanges).toEqual([...ofRun.exchanges, [fork.id, 'completed']]);
  expect(own.parses).toEqual([run.id, fork.id]);

  const report = await ledger.reparse({ parser: { name: 'p', version: '2', parse: () => [] } });
  expect(report.exchanges.map(({ runId }) => runId)).toEqual([run.id, fork.id]);
  expect((await ledger.runs.list({ originRunId: run.id }).all()).map(({ key }) => key)).toEqual(['fork']);
  expect((await ledger.runs.list({ originRunId: second.id }).all()).length).toBe(0);
  expect(await brokenLaws(tables)).toEqual({});
});

test('those who follow a project are told of a fork, and not once more of what it came with', async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'run' });
  await run.step('design_step').start();
  const fork = await run.fork({ key: 'fork' });
  await fork.step('design_step').complete();
  const told: string[] = [];
  for await (const { runId, kind } of server.ledger.entries.subscribe()) {
    told.push(`${runId} ${kind}`);
    if (told.length === 4) break;
  }
  expect(told).toEqual([
    `${run.id} runs.start`,
    `${run.id} steps.start`,
    `${fork.id} runs.fork`,
    `${fork.id} steps.complete`,
  ]);
  const own: string[] = [];
  for await (const { kind } of fork.entries.subscribe()) {
    own.push(kind);
    if (own.length === 4) break;
  }
  expect(own).toEqual(['runs.start', 'steps.start', 'runs.fork', 'steps.complete']);
});
