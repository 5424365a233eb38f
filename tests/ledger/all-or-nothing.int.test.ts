import type { Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables, type Tables } from './support/database.ts';
import { refusalOf } from './support/refusals.ts';

let server: TestServer;
let tables: Tables;
let world: Awaited<ReturnType<typeof fill>>;
beforeAll(async () => {
  server = await startTestServer();
  tables = await openTables(server.databaseUrl);
  world = await fill(server.ledger);
});
afterAll(async () => {
  await tables[Symbol.asyncDispose]();
  await server.close();
});

const step = { name: 'design_step' };
const messages = [{ role: 'user', content: 'never stored' }];
const response = 'never stored either';
const noBlob = { blob: `${'0'.repeat(64)}.utf8` };
const noId = '01900000-0000-7000-8000-000000000000';

/** A run with something in every state that a call can find it in. */
async function fill(ledger: Stepledger) {
  await ledger.workflows.define({ name: 'feature', steps: [{ name: 'design_step' }] });
  await ledger.prompts.put({ name: 'design', template: 'Design {{it}}' });
  const strict = await ledger.run({ key: 'strict', workflow: 'feature' });
  const { id: runId } = await ledger.run({ key: 'free' });
  const put = async (kind: string) => {
    const { documentId } = await ledger.documents.put({ runId, step, kind, text: kind });
    return documentId;
  };
  const [there, deleted, purged] = [await put('there'), await put('deleted'), await put('purged')];
  await ledger.documents.delete({ documentId: deleted });
  await ledger.documents.purge({ documentId: purged });
  const link = {
    from: { documentId: there, version: 1 },
    relation: 'used' as const,
    to: { documentId: deleted, version: 1 },
  };
  await ledger.links.add(link);
  const said = [{ role: 'user', content: 'hello' }];
  const open = await ledger.exchanges.open({ runId, step, messages: said });
  const closed = await ledger.exchanges.record({ runId, step, messages: said, response: 'hello' });
  return {
    runId,
    strictId: strict.id,
    there,
    deleted,
    purged,
    link,
    openId: open.exchangeId,
    closedId: closed.exchangeId,
  };
}

type Refused = (ledger: Stepledger, w: typeof world) => Promise<unknown>;
const put = (ledger: Stepledger, runId: string, more: object) =>
  ledger.documents.put({ runId, step: { name: 'new_step' }, kind: 'new', text: 'never stored', ...more });
const record = (ledger: Stepledger, runId: string, more: object) =>
  ledger.exchanges.record({
    runId,
    step: { name: 'new_step' },
    messages,
    response,
    documents: [{ kind: 'new', text: 'never stored' }],
    ...more,
  });
const missing = { relation: 'used', to: { documentId: noId, version: 1 } } as const;

const REFUSED: Record<string, [code: string, call: Refused]> = {
  'a document into a run that is not there': ['NOT_FOUND', (l) => put(l, noId, {})],
  'a document into a step that the workflow lacks': ['UNKNOWN_STEP', (l, w) => put(l, w.strictId, {})],
  'a document linked to a version that is not there': [
    'NOT_FOUND',
    (l, w) => put(l, w.runId, { links: [{ ...missing, to: { documentId: w.there, version: 2 } }] }),
  ],
  'a document that names a blob that is not there': [
    'NOT_FOUND',
    (l, w) => put(l, w.runId, { text: noBlob }),
  ],
  'a document that must not exist but does': [
    'VERSION_CONFLICT',
    (l, w) => put(l, w.runId, { kind: 'there', expectedVersion: 0 }),
  ],
  'a document that must exist but does not': [
    'VERSION_CONFLICT',
    (l, w) => put(l, w.runId, { expectedVersion: 3 }),
  ],
  'a document made twice': [
    'ALREADY_EXISTS',
    ({ documents }, { runId }) => documents.create({ runId, kind: 'there', text: 'never stored' }),
  ],
  'two documents with one key': [
    'BAD_INPUT',
    ({ documents }, { runId }) =>
      documents.putMany({
        runId,
        documents: [1, 2].map((n) => ({ kind: 'new', text: `never stored ${n}` })),
      }),
  ],
  'an update of a deleted document': [
    'DELETED',
    ({ documents }, w) =>
      documents.update({ documentId: w.deleted, step: { name: 'new_step' }, text: response }),
  ],
  'attributes for a purged document': [
    'PURGED',
    ({ documents }, w) => documents.update({ documentId: w.purged, status: 'done' }),
  ],
  'a document deleted twice': ['DELETED', ({ documents }, w) => documents.delete({ documentId: w.deleted })],
  'an undelete of what is there': [
    'INVALID_STATE',
    ({ documents }, w) => documents.undelete({ documentId: w.there }),
  ],
  'a restore of a version that is not there': [
    'NOT_FOUND',
    ({ documents }, w) => documents.restore({ documentId: w.there, version: 2 }),
  ],
  'a restore of a purged version': [
    'PURGED',
    ({ documents }, w) => documents.restore({ documentId: w.purged, version: 1 }),
  ],
  'a purge of a version that is not there': [
    'NOT_FOUND',
    ({ documents }, w) => documents.purge({ documentId: w.there, versions: [1, 2] }),
  ],
  'a step into a run that is not there': ['NOT_FOUND', (l) => record(l, noId, {})],
  'a step that the workflow lacks': ['UNKNOWN_STEP', (l, w) => record(l, w.strictId, {})],
  'a step of a prompt that is not there': [
    'NOT_FOUND',
    (l, w) => record(l, w.runId, { prompt: { name: 'no' } }),
  ],
  'a step of a label that is not there': [
    'NOT_FOUND',
    (l, w) => record(l, w.runId, { prompt: { name: 'design', label: 'production' } }),
  ],
  'a step of a prompt version that is not there': [
    'NOT_FOUND',
    (l, w) => record(l, w.runId, { prompt: { name: 'design', version: 2 } }),
  ],
  'a step whose last document is linked to nothing': [
    'NOT_FOUND',
    (l, w) =>
      record(l, w.runId, {
        documents: ['one', 'two'].map((kind) => ({
          kind,
          text: `never stored ${kind}`,
          links: kind === 'two' ? [missing] : [],
        })),
      }),
  ],
  'a step whose response is a blob that is not there': [
    'NOT_FOUND',
    (l, w) => record(l, w.runId, { response: noBlob }),
  ],
  'an exchange opened with a prompt that is not there': [
    'NOT_FOUND',
    ({ exchanges }, { runId }) => exchanges.open({ runId, step, messages, prompt: { name: 'no' } }),
  ],
  'an exchange completed twice': [
    'INVALID_STATE',
    ({ exchanges }, w) => exchanges.complete({ exchangeId: w.closedId, response }),
  ],
  'an exchange that failed after it was completed': [
    'INVALID_STATE',
    ({ exchanges }, w) => exchanges.fail({ exchangeId: w.closedId, error: 'late', response }),
  ],
  'a parse before the response': [
    'INVALID_STATE',
    ({ parses }, w) =>
      parses.record({ exchangeId: w.openId, documents: [{ kind: 'new', text: 'never stored' }] }),
  ],
  'a link made twice': ['ALREADY_EXISTS', ({ links }, w) => links.add(w.link)],
  'a link to a version that is not there': [
    'NOT_FOUND',
    ({ links }, w) => links.add({ ...w.link, ...missing }),
  ],
  'a link removed that is not there': [
    'NOT_FOUND',
    ({ links }, w) => links.remove({ ...w.link, relation: 'depends_on' }),
  ],
  'a step within one that is not there': [
    'NOT_FOUND',
    ({ steps }, { runId }) => steps.start({ runId, step: { name: 'new_step' }, parent: { name: 'no_step' } }),
  ],
  'a change of a run that has moved': [
    'VERSION_CONFLICT',
    ({ runs }, { runId }) => runs.update({ runId, goal: 'never stored', expectedVersion: 1 }),
  ],
  'a run of a workflow that is not there': [
    'NOT_FOUND',
    ({ runs }) => runs.start({ key: 'new', workflow: 'no' }),
  ],
  'a prompt that has moved': [
    'VERSION_CONFLICT',
    ({ prompts }) => prompts.put({ name: 'design', template: 'never stored', expectedVersion: 0 }),
  ],
  'a label for a version that is not there': [
    'NOT_FOUND',
    ({ prompts }) => prompts.setLabel({ name: 'design', label: 'production', version: 2 }),
  ],
  'a workflow that has moved': [
    'VERSION_CONFLICT',
    ({ workflows }) =>
      workflows.define({ name: 'feature', steps: [{ name: 'new_step' }], expectedVersion: 2 }),
  ],
};

test.each(Object.entries(REFUSED))('%s is refused and leaves no row', async (_name, [code, call]) => {
  const before = await tables.fingerprint();
  expect(await refusalOf(call(server.ledger, world))).toMatchObject({ code });
  expect(await tables.fingerprint()).toEqual(before);
});
