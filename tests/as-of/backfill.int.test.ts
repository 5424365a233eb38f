import { openDatabase } from '@stepledger/db';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';

const STATES = {
  run: 'SELECT revision, status, goal, metadata, finished_revision FROM run_state ORDER BY revision',
  step: `SELECT s.name, t.revision, t.status, t.error, p.name AS parent, t.finished_revision, t.finished_at
    FROM step_state t JOIN step s ON s.id = t.step_id LEFT JOIN step p ON p.id = t.parent_step_id
    ORDER BY t.revision, s.name`,
};

interface RunState {
  revision: number;
  status: string;
}

interface StepState extends RunState {
  name: string;
  error: string | null;
}

test('a database of before gets the history of its runs and steps out of the entries', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'old', goal: 'first' });
  const step = run.step('code_step');
  await step.fail('lost'); // revision 2
  await step.start();
  await step.start({ parent: { name: 'nobody' } }).catch(() => undefined);
  await run.step('review_step').start();
  await step.start({ parent: { name: 'review_step' } }); // 5
  await run.update({ goal: 'second', metadata: { turn: 2 } });
  await run.complete();
  await run.complete({ status: 'running' });
  await step.fail('kept'); // 9
  await run.fail();
  const kept = {
    run: await tables.query<RunState>(STATES.run),
    step: await tables.query<StepState>(STATES.step),
  };

  await tables.query('DROP TABLE run_state, step_state');
  await tables.query('DROP INDEX document_version_revision, entry_time');
  await tables.query('ALTER TABLE exchange DROP COLUMN memo_lost_revision, DROP COLUMN asked_memo_key');
  // The one that takes a column of this one's away again.
  await tables.query('DROP INDEX run_origin');
  for (const table of ['step', 'parse']) await tables.query(`ALTER TABLE ${table} DROP COLUMN origin_id`);
  await tables.query('ALTER TABLE document DROP COLUMN inherited');
  await tables.query(`DELETE FROM mikro_orm_migrations WHERE name IN ('0004-as-of', '0008-forks')`);
  await using database = await openDatabase({ url: server.databaseUrl });
  await database.migrate();

  // The newest goal and metadata are all that was stored, so that the update made no difference.
  const now = { goal: '"second"', metadata: { turn: 2 } };
  const runStates = kept.run.filter(({ revision }) => revision !== 6).map((state) => ({ ...state, ...now }));
  expect(await tables.query(STATES.run)).toEqual(runStates);
  expect(runStates.map(({ revision, status }) => `${revision} ${status}`)).toEqual([
    '1 running',
    '7 completed',
    '8 running',
    '10 failed',
  ]);
  const steps = kept.step.map((state) => ({
    ...state,
    error: state.revision === 2 ? null : state.error,
    parent: state.name === 'code_step' ? 'review_step' : null,
  }));
  expect(await tables.query(STATES.step)).toEqual(steps);
  expect(steps.map(({ name, revision, status }) => `${revision} ${name} ${status}`)).toEqual([
    '2 code_step failed',
    '3 code_step running',
    '4 review_step running',
    '5 code_step running',
    '9 code_step failed',
  ]);
  expect(await database.findDrift()).toEqual([]);
  expect((await run.at({ revision: 8 }).get()).status).toBe('running');
});
