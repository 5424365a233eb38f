import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Stepledger } from '@stepledger/client';
import { loadRecordedRuns } from '@stepledger/example-recorded-runs';
import { findRecordedData, startTestServer } from '@stepledger/testing';
import { expect, test, vi } from 'vitest';

// Thousands of calls, on a machine that may run other tests beside them.
vi.setConfig({ testTimeout: 300_000 });

const SAMPLE = resolve(import.meta.dirname, '../../examples/recorded-runs/sample');
const REAL = findRecordedData();
const CORPORA = [{ name: 'the sample', dir: SAMPLE }, ...(REAL ? [{ name: 'real runs', dir: REAL }] : [])];

async function contentsOf(ledger: Stepledger) {
  const runs = await ledger.runs.list().all();
  const prompts = await ledger.prompts.list().all();
  const workflows = await ledger.workflows.list().all();
  return {
    runs: runs.map(({ key, revision, updatedAt }) => ({ key, revision, updatedAt })),
    prompts: prompts.map(({ name, version }) => ({ name, version })),
    workflows: workflows.map(({ name, version }) => ({ name, version })),
  };
}

/** A copy of the sample with one change to a file. */
async function changedSample(file: string, change: (text: string) => string) {
  const dir = await mkdtemp(join(tmpdir(), 'recorded-runs-'));
  await cp(SAMPLE, dir, { recursive: true });
  const path = join(dir, file);
  await writeFile(path, change(await readFile(path, 'utf8')));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
}

test.each(CORPORA)(
  '$name comes back as it was stored, unit by unit, and a second load changes nothing',
  async ({ dir }) => {
    await using server = await startTestServer();

    const first = await loadRecordedRuns(server.ledger, dir);
    expect(first.verified.mismatches).toEqual([]);
    expect(first.verified.texts).toBeGreaterThan(300);
    expect(first.loaded.created.runs).toBe(first.plan.runs.length);
    const stored = await contentsOf(server.ledger);

    const second = await loadRecordedRuns(server.ledger, dir);
    expect(second.verified).toEqual(first.verified);
    expect(second.loaded.created).toEqual({ prompts: 0, workflows: 0, runs: 0 });
    expect(await contentsOf(server.ledger)).toEqual(stored);
  },
);

test('a text that was changed after the load is found', async () => {
  await using server = await startTestServer();
  const { loaded } = await loadRecordedRuns(server.ledger, SAMPLE);
  const run = loaded.runs.find(({ planned }) => planned.start.key === 'specs/2026-01-add-export');
  const [proposal] = await server.ledger.documents
    .byStep({ runId: run?.id ?? '', step: { name: 'proposal' } })
    .all();
  await server.ledger.documents.update({
    documentId: proposal?.id ?? '',
    text: `${proposal?.text} `,
    step: { name: 'proposal' },
  });

  const { verified } = await loadRecordedRuns(server.ledger, SAMPLE);

  expect(verified.mismatches.map(({ path }) => path)).toEqual([
    'specs/2026-01-add-export.steps[0].documents[0].text',
  ]);
});

test('a source that has changed since the load is refused, and not stored beside the old one', async () => {
  await using server = await startTestServer();
  await loadRecordedRuns(server.ledger, SAMPLE);
  const stored = await contentsOf(server.ledger);
  await using changed = await changedSample('specs.jsonl', (text) => text.replace('SHALL', 'SHOULD'));

  await expect(loadRecordedRuns(server.ledger, changed.dir)).rejects.toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
  });

  expect(await contentsOf(server.ledger)).toEqual(stored);
});

test('a field that the loader does not know stops it by name, before anything is stored', async () => {
  await using server = await startTestServer();
  await using changed = await changedSample('specs.jsonl', (text) =>
    text.replace('"kind": "task_list"', '"kind": "task_list", "mood": "good"'),
  );

  await expect(loadRecordedRuns(server.ledger, changed.dir)).rejects.toThrow(/specs\.jsonl:1.*mood/s);

  expect((await contentsOf(server.ledger)).runs).toEqual([]);
});
