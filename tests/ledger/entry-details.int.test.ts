import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';

test('entries say on request what the ids of their changes stand for, as of each revision', async () => {
  await using server = await startTestServer();
  const { documents, entries, exchanges, links, parses, runs, steps } = server.ledger;
  const { runId } = await runs.start({ key: 'todo-app' });
  const step = { name: 'design_step', key: '2' };
  const messages = [{ role: 'user', content: 'Design it.' }];
  await steps.start({ runId, step });
  const { exchangeId } = await exchanges.open({ runId, step, messages });
  // Every code unit is escaped by six where it is stored.
  await exchanges.fail({ exchangeId, error: `\0${'\u0001'.repeat(5000)}` });
  const recorded = await exchanges.record({ runId, step, messages, response: 'Well.' });
  await parses.record({ exchangeId: recorded.exchangeId, status: 'failed', error: 'No fence' });
  const { documentId } = await documents.put({
    runId,
    step,
    kind: 'design',
    key: 'login',
    text: 'v1',
    status: 'draft',
  });
  const other = await documents.put({ runId, kind: 'notes', text: '' });
  await documents.update({ documentId, status: 'open' });
  await documents.delete({ documentId: other.documentId });
  await links.add({
    relation: 'derived_from',
    from: { documentId, version: 2 },
    to: { documentId: other.documentId, version: 1 },
  });
  await documents.claim({ runId, kind: 'design', holder: 'agent' });
  await steps.fail({ runId, step, error: 'Out of tokens' });
  await steps.start({ runId, step });

  const inStep = { step, document: null, error: null };
  const design = { document: { kind: 'design', key: 'login' }, error: null };
  const notes = { document: { kind: 'notes', key: 'notes' }, step: null, error: null };
  const listed = await entries.list({ runId, withDetails: true }).all();
  expect(listed.map(({ kind, changes }) => [kind, ...changes.map(({ detail }) => detail)])).toEqual([
    ['runs.start', undefined],
    ['steps.start', { ...inStep, status: 'running' }],
    ['exchanges.open', { ...inStep, status: 'pending' }],
    ['exchanges.fail', { ...inStep, status: 'failed', error: `\0${'\u0001'.repeat(999)}` }],
    ['exchanges.record', { ...inStep, status: 'completed' }],
    ['parses.record', { ...inStep, status: 'failed', error: 'No fence' }],
    ['documents.put', { ...design, step, status: 'draft' }],
    ['documents.put', { ...notes, status: null }],
    ['documents.update', { ...design, step: null, status: 'open' }],
    ['documents.delete', { ...notes, status: null }],
    ['links.add', { ...design, step: null, status: null }],
    ['documents.claim', { ...design, step: null, status: null }],
    ['steps.fail', { ...inStep, status: 'failed', error: 'Out of tokens' }],
    ['steps.start', { ...inStep, status: 'running' }],
  ]);
  const plain = await entries.list({ runId }).all();
  expect(plain).toEqual(
    listed.map((entry) => ({ ...entry, changes: entry.changes.map(({ detail: _, ...change }) => change) })),
  );

  // A fork has ids of its own, and the same names.
  const fork = await runs.fork({ runId, key: 'other-way' });
  const copied = await entries.list({ runId: fork.runId, withDetails: true }).all();
  expect(copied[6]).toMatchObject({ changes: [{ detail: { ...design, step, status: 'draft' } }] });
});
