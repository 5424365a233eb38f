import type { Stepledger } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables, type Tables } from './support/database.ts';
import { explainScans, stopAutovacuum } from './support/plans.ts';
import { watchSql } from './support/watch-sql.ts';

/** On a busy machine. */
const SLOW_MS = 120_000;
const DOCUMENTS_OF_THE_LARGE_RUN = 5_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const { prompts } = server.ledger;
  await prompts.put({ name: 'design', template: 'Design.' });
  await prompts.setLabel({ name: 'design', label: 'production', version: 1 });
});
afterAll(() => server.close());

/** What the server sends for one call, once it knows the project. */
async function statementsOf<Answer>(call: (ledger: Stepledger) => Promise<Answer>) {
  await server.ledger.system.stats();
  using sql = watchSql();
  const answer = await call(server.ledger);
  return { answer, sent: [...sql.sent] };
}

let steps = 0;

/** A whole step: exchange with two attempts, three messages, parse, three documents with links, entry. */
async function recordStep(ledger: Stepledger, runId: string, to: { documentId: string; version: number }) {
  steps += 1;
  const text = (name: string) => `secret ${name} of ${steps}, it's $1 \\ "quoted"`;
  return ledger.exchanges.record({
    runId,
    step: { name: 'design_step', key: `${steps}` },
    prompt: { name: 'design', label: 'production' },
    messages: ['system', 'user', 'user'].map((role, n) => ({ role, content: text(`message ${n}`) })),
    variables: { it: text('variable') },
    response: text('response'),
    attempts: [
      { status: 'failed', error: text('error'), request: text('request') },
      { status: 'completed', response: text('body') },
    ],
    parse: { parser: 'lines' },
    documents: ['design', 'plan', 'risks'].map((kind) => ({
      kind,
      key: `${kind} ${steps}`,
      text: text(kind),
      note: text('note'),
      metadata: { secret: text('metadata') },
      links: [{ relation: 'derived_from' as const, to }],
    })),
  });
}

async function startRun(key: string) {
  const run = await server.ledger.run({ key });
  const { ref } = await run.documents.put({ kind: 'requirement', text: 'x' });
  return { runId: run.id, to: ref };
}

test('a recorded step is one statement, and none of its texts stands in the SQL', async () => {
  const { runId, to } = await startRun('one statement');
  const { answer, sent } = await statementsOf((ledger) => recordStep(ledger, runId, to));

  expect(answer).toMatchObject({ revision: 3, promptVersion: 1, parseId: expect.any(String) });
  expect(answer.documents).toHaveLength(3);
  expect(sent.map(({ text }) => text.slice(0, 13))).toEqual(['WITH run_head']);
  const [statement] = sent;
  expect(statement?.text).not.toContain('secret');
  expect(statement?.text).not.toContain(runId);
  expect(JSON.stringify(statement?.values)).toContain('secret response');
});

test('so is every other call that writes to a run, however many documents it has', async () => {
  const { runId, to } = await startRun('every other');
  const step = { name: 'code_step' };
  const messages = [{ role: 'user', content: 'm' }];
  const documents = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ kind: 'code', key: `${count} ${n}`, text: `${count} ${n}` }));
  const one = async <Answer>(call: (ledger: Stepledger) => Promise<Answer>) => {
    const { answer, sent } = await statementsOf(call);
    expect(sent).toHaveLength(1);
    return { answer, text: sent[0]?.text };
  };

  const opened = await one(({ exchanges }) => exchanges.open({ runId, step, messages }));
  const { exchangeId } = opened.answer;
  await one(({ exchanges }) => exchanges.complete({ exchangeId, response: 'r' }));
  await one(({ parses }) => parses.record({ exchangeId, documents: documents(2) }));
  const few = await one((ledger) => ledger.documents.putMany({ runId, step, documents: documents(3) }));
  const many = await one((ledger) => ledger.documents.putMany({ runId, step, documents: documents(300) }));
  // One prepared statement serves them all.
  expect(many.text).toBe(few.text);
  const { answer } = await one((ledger) => ledger.documents.put({ runId, step, kind: 'code', text: '1' }));
  const { documentId } = answer;
  await one((ledger) => ledger.documents.update({ documentId, text: '2', expectedVersion: 1 }));
  await one((ledger) => ledger.documents.delete({ documentId }));
  await one((ledger) => ledger.documents.undelete({ documentId }));
  await one((ledger) => ledger.documents.restore({ documentId, version: 1 }));
  await one(({ links }) => links.add({ from: { documentId, version: 1 }, relation: 'used', to }));
  await one(({ steps }) => steps.complete({ runId, step }));
  await one(({ runs }) => runs.complete({ runId }));
});

test('what takes no revision is one statement, and does not wait for the lock of its run', async () => {
  const { runId } = await startRun('beside');
  const messages = [{ role: 'user', content: 'm' }];
  const { exchangeId } = await server.ledger.exchanges.open({ runId, step: { name: 'code_step' }, messages });
  const lock = new pg.Client({ connectionString: server.databaseUrl });
  await lock.connect();
  try {
    await lock.query('BEGIN');
    await lock.query('SELECT 1 FROM run WHERE id = $1 FOR UPDATE', [runId]);
    const base64 = Buffer.from('secret').toString('base64');
    const calls: ((ledger: Stepledger) => Promise<unknown>)[] = [
      ({ exchanges }) => exchanges.append({ exchangeId, offset: 0, bytes: { base64 } }),
      ({ exchanges }) => exchanges.heartbeat({ exchangeId }),
      ({ exchanges }) =>
        exchanges.attempt({ exchangeId, attempt: 1, status: 'failed', request: 'r', response: { base64 } }),
    ];
    for (const call of calls) {
      const { sent } = await statementsOf(call);
      expect(sent.map(({ text }) => text.slice(0, 17))).toEqual(['WITH the_exchange']);
    }
  } finally {
    await lock.end();
  }
});

test('what it looks at does not grow with the run', { timeout: SLOW_MS }, async () => {
  const { runId, to } = await startRun('large');
  await using tables = await openTables(server.databaseUrl);
  await stopAutovacuum(tables);
  await enlarge(tables, runId);
  const { answer, sent } = await statementsOf((ledger) => recordStep(ledger, runId, to));
  const [statement = { text: '', values: [] }] = sent;
  const look = async (name: string, plan: 'custom' | 'generic') => {
    for (const [documents, before] of Object.entries(makeRoom(answer))) {
      const scans = await explainScans(server.databaseUrl, { statement, plan, before });
      expect(scans.map(({ table }) => table)).toEqual(expect.arrayContaining(['run', 'step', 'document']));
      // Three documents and three targets of links, each looked up a time or two.
      expect(
        scans.filter(({ rows }) => rows > 10),
        `${name}, ${plan}, ${documents}`,
      ).toEqual([]);
    }
  };

  // A new database knows nothing of its tables for a minute, until PostgreSQL has analyzed them by itself.
  await look('before the first ANALYZE', 'custom');
  await tables.query('ANALYZE');
  await look('after it', 'custom');
  await look('after it', 'generic');
});

/** As many steps, exchanges and documents as a long loop makes, which would take a minute to record one by one. */
async function enlarge(tables: Tables, runId: string): Promise<void> {
  await tables.query(
    `WITH loop AS (
      INSERT INTO step (project_id, id, run_id, name, key, status, started_revision, started_at)
      SELECT project_id, gen_random_uuid(), id, 'loop_step', n::text, 'running', 2, last_at
      FROM run, generate_series(1, $2::int) n WHERE id = $1 RETURNING *),
    exchanges AS (
      INSERT INTO exchange (project_id, id, run_id, step_id, opened_revision, opened_at, status, message_count,
        metadata, parse_count)
      SELECT project_id, gen_random_uuid(), run_id, id, 2, started_at, 'pending', 0, '{}', 0 FROM loop),
    documents AS (
      INSERT INTO document (project_id, id, run_id, kind, key, created_revision, created_at, head_version,
        head_step_id, head_tags, head_metadata, head_deleted)
      SELECT project_id, gen_random_uuid(), run_id, (ARRAY['design', 'plan', 'risks'])[1 + key::int % 3], key, 2,
        started_at, 1, id, '{}', '{}', false
      FROM loop RETURNING *)
    INSERT INTO document_version (project_id, document_id, version, run_id, revision, position, at, step_id,
      change, tags, metadata)
    SELECT project_id, id, 1, run_id, 2, 0, created_at, head_step_id, 'create', '{}', '{}' FROM documents`,
    [runId, DOCUMENTS_OF_THE_LARGE_RUN],
  );
}

/** Takes back what the call has written, with or without its documents, so that its statement can be run again. */
function makeRoom(answer: { exchangeId: string; documents: { documentId: string }[] }) {
  const ids = answer.documents.map(({ documentId }) => `'${documentId}'`).join(', ');
  const known = `DELETE FROM request; DELETE FROM exchange WHERE id = '${answer.exchangeId}'`;
  return { 'known documents': known, 'new documents': `${known}; DELETE FROM document WHERE id IN (${ids})` };
}
