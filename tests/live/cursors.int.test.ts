import { createStepledger } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { follow, take } from './support/follow.ts';

const refused = (path: string) => ({
  code: 'BAD_INPUT',
  details: { issues: [{ path, reason: expect.any(String) }] },
});

test('a cursor of another run, project or database is refused, and so is one that is none', async () => {
  await using server = await startTestServer();
  await using elsewhere = await startTestServer();
  const { ledger, url } = server;
  await ledger.projects.create({ slug: 'other' });
  const other = createStepledger({ url, project: 'other', spool: false });
  const [one, two] = await Promise.all([ledger.run({ key: 'one' }), ledger.run({ key: 'two' })]);
  await Promise.all([other.run({ key: 'one' }), elsewhere.ledger.run({ key: 'one' })]);
  const cursorOf = async (subscription: ReturnType<typeof ledger.entries.subscribe>) => {
    await using entries = follow(subscription);
    return (await take(entries, 1))[0]?.cursor ?? '';
  };
  const ofRun = await cursorOf(one.entries.subscribe());
  const ofProject = await cursorOf(ledger.entries.subscribe());
  const ofOther = await cursorOf(other.entries.subscribe());
  // The same project and run, as a copy of the database has them.
  await using tables = await openTables(elsewhere.databaseUrl);
  const [copied] = await tables.query<{ id: string }>('SELECT id FROM project');
  const ofElsewhere = await cursorOf(elsewhere.ledger.entries.subscribe());
  const restored = JSON.parse(Buffer.from(ofElsewhere, 'base64url').toString()) as unknown[];
  restored[3] = (JSON.parse(Buffer.from(ofProject, 'base64url').toString()) as unknown[])[3];
  const ofCopy = Buffer.from(JSON.stringify(restored)).toString('base64url');
  expect(copied).toBeDefined();

  for (const lastEventId of [
    ofRun,
    ofOther,
    ofCopy,
    'x',
    Buffer.from('[1,"project feed"]').toString('base64url'),
  ]) {
    const first = follow(ledger.entries.subscribe({ lastEventId })).next();
    await expect(first, lastEventId).rejects.toMatchObject(refused('lastEventId'));
  }
  for (const lastEventId of [ofProject, await cursorOf(two.entries.subscribe()), 'x']) {
    const first = follow(one.entries.subscribe({ lastEventId })).next();
    await expect(first, lastEventId).rejects.toMatchObject(refused('lastEventId'));
  }
});

test('a place that the ledger never came to is refused: the database was set back', async () => {
  await using server = await startTestServer();
  await using tables = await openTables(server.databaseUrl);
  const run = await server.ledger.run({ key: 'one' });
  await run.update({ goal: 'second' });
  await using entries = follow(run.entries.subscribe());
  const [, second] = await take(entries, 2);
  await tables.query(`DELETE FROM entry WHERE revision = 2`);
  await tables.query(`UPDATE run SET revision = 1`);

  const lastEventId = second?.cursor ?? '';
  await expect(follow(run.entries.subscribe({ lastEventId })).next()).rejects.toMatchObject(
    refused('lastEventId'),
  );
  const ahead = follow(run.entries.subscribe({ fromRevision: 3 })).next();
  await expect(ahead).rejects.toMatchObject(refused('fromRevision'));
});

test('a run of another project is NOT_FOUND, with and without a cursor', async () => {
  await using server = await startTestServer();
  const { ledger, url } = server;
  await ledger.projects.create({ slug: 'other' });
  const other = createStepledger({ url, project: 'other', spool: false });
  const run = await ledger.run({ key: 'one' });
  await using entries = follow(run.entries.subscribe());
  const [first] = await take(entries, 1);
  const beginnings = [{}, { fromNow: true }, { fromRevision: 9 }, { lastEventId: first?.cursor ?? '' }];
  for (const beginning of beginnings) {
    const next = follow(other.entries.subscribe({ runId: run.id, ...beginning })).next();
    await expect(next).rejects.toMatchObject({ code: 'NOT_FOUND', details: { type: 'run', id: run.id } });
  }
});
