import type { ClaimHandle } from '@stepledger/client';
import { describe, expect, test } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { brokenLaws } from '../ledger/support/laws.ts';
import { endsOf, refusalOf } from '../ledger/support/refusals.ts';
import { claimAndLapse, claimNext, keysOfReady, lapse, startRun, writeSubtask } from './support/subtasks.ts';

describe('ready', () => {
  test('lists what is open or has no status, in the order of writing, and nothing that is begun or finished', async () => {
    await using started = await startRun();
    const { run } = started;
    for (const status of [undefined, 'open', 'in_progress', 'done', 'dropped', 'draft']) {
      await writeSubtask(run, `${status}`, status === undefined ? {} : { status });
    }
    await (await writeSubtask(run, 'deleted')).delete();
    await writeSubtask(run, 'last');

    expect(await keysOfReady(run)).toEqual(['undefined', 'open', 'last']);
  });

  test('lists a document once all that it depends on is done, dropped or deleted', async () => {
    await using started = await startRun();
    const { run } = started;
    const [one, two, three] = [
      await writeSubtask(run, 'one'),
      await writeSubtask(run, 'two'),
      await writeSubtask(run, 'three'),
    ];
    await writeSubtask(run, 'all', { on: [one, two, three] });

    expect(await keysOfReady(run)).toEqual(['one', 'two', 'three']);
    await one.update({ status: 'done' });
    await two.update({ status: 'dropped' });
    expect(await keysOfReady(run)).toEqual(['three']);
    await three.delete();
    expect(await keysOfReady(run)).toEqual(['all']);
    await one.update({ status: 'open' });
    expect(await keysOfReady(run)).toEqual(['one']);
  });

  test('counts the dependencies of all versions until their link is removed', async () => {
    await using started = await startRun();
    const { run, ledger } = started;
    const one = await writeSubtask(run, 'one');
    const two = await writeSubtask(run, 'two', { on: [one] });
    const from = two.ref;
    await two.update('Do two, but well');

    expect(await keysOfReady(run)).toEqual(['one']);
    await ledger.links.remove({ from, relation: 'depends_on', to: one.ref });
    expect(await keysOfReady(run)).toEqual(['one', 'two']);
  });

  test('knows of documents in other runs, and takes other relations for no dependency', async () => {
    await using started = await startRun();
    const { run, ledger } = started;
    const elsewhere = await ledger.run({ key: 'elsewhere' });
    const foreign = await writeSubtask(elsewhere, 'foreign');
    await writeSubtask(run, 'waits', { on: [foreign] });
    const links = [{ relation: 'used' as const, to: foreign.ref }];
    await run.documents.put({ kind: 'subtask', key: 'goes', text: 'x', links });

    expect(await keysOfReady(run)).toEqual(['goes']);
    await foreign.update({ status: 'done' });
    expect(await keysOfReady(run)).toEqual(['waits', 'goes']);
    await elsewhere.delete();
    expect(await keysOfReady(run)).toEqual(['waits', 'goes']);
  });

  test('takes a kind and a step, and comes page by page', async () => {
    await using started = await startRun();
    const { run, ledger } = started;
    const keys = Array.from({ length: 7 }, (_, n) => `${n}`);
    const subtasks = keys.map((key) => ({ kind: 'subtask', key, text: key }));
    await run.step('plan_step', { key: 1 }).documents.putMany(subtasks);
    await run.step('plan_step', { key: 2 }).documents.put({ kind: 'subtask', key: 'other', text: 'x' });
    await run.documents.put({ kind: 'design', text: 'x' });

    const list = (filter: object) => ledger.documents.ready({ runId: run.id, ...filter });
    const keysOf = async (filter: object) => (await list(filter).all()).map(({ key }) => key);
    expect(await keysOf({ limit: 3 })).toEqual([...keys, 'other', 'design']);
    expect(await keysOf({ limit: 3, kind: 'subtask', step: { name: 'plan_step', key: '1' } })).toEqual(keys);
    expect(await keysOf({ step: { name: 'plan_step' } })).toEqual([...keys, 'other']);
    const { items, nextCursor } = await list({ limit: 3, withText: false });
    expect(items.map(({ text }) => text)).toEqual([null, null, null]);
    const page = await list({ limit: 3, cursor: nextCursor ?? '' });
    expect(page.items.map(({ text }) => text)).toEqual(['3', '4', '5']);
  });
});

describe('claim', () => {
  test('hands out what is ready, oldest first, as an entry and without a version', async () => {
    await using started = await startRun();
    const { run } = started;
    const one = await writeSubtask(run, 'one', { status: 'open' });
    await writeSubtask(run, 'two', { on: [one] });
    await run.documents.put({ kind: 'design', text: 'x' });

    const claim = await run.documents.claim({ kind: 'subtask', holder: 'ada' });

    expect(claim).toMatchObject({ holder: 'ada', claim: 5, takenOverFrom: null });
    expect(claim?.document).toMatchObject({ key: 'one', version: 1, text: 'Do one', status: 'open' });
    expect(await run.documents.claim({ kind: 'subtask', holder: 'bob' })).toBeNull();
    expect(await keysOfReady(run)).toEqual([]);
    const [entry] = (await run.entries.list()).slice(-1);
    expect(entry).toMatchObject({
      revision: 5,
      kind: 'documents.claim',
      changes: [{ what: 'claim', id: one.id, change: 'claim' }],
    });
    expect((await run.documents.claim({ holder: 'bob' }))?.document.kind).toBe('design');
    expect(await run.documents.claim({ holder: 'bob' })).toBeNull();
    expect((await run.get()).revision).toBe(6);
  });

  test('of 40 who ask at once for one document one gets it', async () => {
    await using started = await startRun();
    const { run } = started;
    await writeSubtask(run, 'one');

    const claims = await Promise.all(
      Array.from({ length: 40 }, (_, n) => run.documents.claim({ holder: `agent ${n}` })),
    );

    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  test('a run that does not exist is told from one in which nothing is ready', async () => {
    await using started = await startRun();
    const { ledger } = started;
    const runId = '00000000-0000-7000-8000-000000000000';
    const expected = { code: 'NOT_FOUND', details: { type: 'run', id: runId } };
    expect(await refusalOf(ledger.documents.claim({ runId, holder: 'ada' }))).toEqual(expected);
    expect(await refusalOf(ledger.documents.ready({ runId }))).toEqual(expected);
  });

  test('one that lapsed is taken over, and its holder can no longer write under it', async () => {
    await using started = await startRun();
    const { run, ledger } = started;
    await writeSubtask(run, 'one');
    const late = await claimAndLapse(run, 'ada');

    expect(await keysOfReady(run)).toEqual(['one']);
    const claim = await claimNext(run, 'bob');

    expect(claim.takenOverFrom).toBe('ada');
    const [entry] = (await run.entries.list()).slice(-1);
    expect(entry?.changes).toEqual([{ what: 'claim', id: claim.document.id, change: 'take_over' }]);
    const details = { documentId: claim.document.id, claim: late.claim, holder: 'bob' };
    const { won, refused } = await endsOf<unknown>([
      late.done(),
      late.done({ text: 'x', status: 'review' }),
      late.release(),
      late.renew(),
    ]);
    expect(won).toEqual([]);
    expect(refused).toEqual(Array(4).fill({ code: 'CLAIM_LOST', details }));
    await claim.done();
    expect(await refusalOf(late.done())).toEqual({
      code: 'CLAIM_LOST',
      details: { ...details, holder: null },
    });
    expect(await ledger.documents.history({ documentId: claim.document.id }).all()).toHaveLength(2);
  });

  test('taking the same document over from oneself makes another claim', async () => {
    await using started = await startRun();
    const { run } = started;
    await writeSubtask(run, 'one');
    const late = await claimAndLapse(run, 'ada');
    const claim = await claimNext(run, 'ada');

    expect(await refusalOf(late.done())).toMatchObject({ code: 'CLAIM_LOST', details: { holder: 'ada' } });
    await claim.done();
  });

  test('renewing takes no revision, and also brings back a claim that lapsed while nobody took it over', async () => {
    await using started = await startRun();
    const { run } = started;
    await writeSubtask(run, 'one');
    const claim = await claimAndLapse(run, 'ada');
    const { revision } = await run.get();

    expect(await claim.renew({ leaseSeconds: 60 })).toEqual({
      documentId: claim.document.id,
      claim: claim.claim,
      leaseRemainingMs: 60_000,
    });
    expect(await run.documents.claim({ holder: 'bob' })).toBeNull();
    expect((await run.get()).revision).toBe(revision);
    await claim.done();
  });

  test('of a renewal and a take-over at the same moment one succeeds', async () => {
    await using started = await startRun();
    const { run } = started;
    const keys = Array.from({ length: 20 }, (_, n) => `${n}`);
    const claimed: ClaimHandle[] = [];
    for (const key of keys) {
      await writeSubtask(run, key);
      const claim = await run.documents.claim({ holder: 'ada', leaseSeconds: 0.1 });
      if (claim) claimed.push(claim);
    }
    await lapse();

    const [renewals, claims] = await Promise.all([
      endsOf(claimed.map((claim) => claim.renew({ leaseSeconds: 600 }))),
      Promise.all(keys.map(() => run.documents.claim({ holder: 'bob', leaseSeconds: 600 }))),
    ]);

    const held = [
      ...renewals.won.map(({ documentId }) => documentId),
      ...claims.flatMap((claim) => (claim ? [claim.document.id] : [])),
    ];
    expect(new Set(held).size).toBe(held.length);
    expect(held).toHaveLength(keys.length);
    expect(renewals.refused.filter(({ code }) => code !== 'CLAIM_LOST')).toEqual([]);
  });

  test('releasing gives the document back, once', async () => {
    await using started = await startRun();
    const { run } = started;
    await writeSubtask(run, 'one');
    const claim = await claimNext(run, 'ada');

    await claim.release();

    expect(await keysOfReady(run)).toEqual(['one']);
    const [entry] = (await run.entries.list()).slice(-1);
    expect(entry).toMatchObject({
      kind: 'documents.release',
      changes: [{ what: 'claim', change: 'release' }],
    });
    expect(await refusalOf(claim.release())).toMatchObject({ code: 'CLAIM_LOST', details: { holder: null } });
  });

  test('calls sent again under their key are answered as before, also once the claim has ended', async () => {
    await using started = await startRun();
    const { run, ledger } = started;
    await writeSubtask(run, 'one');
    const claiming = { runId: run.id, holder: 'ada', idempotencyKey: 'claim' };
    const { claimed } = await ledger.documents.claim(claiming);
    const held = { documentId: claimed?.documentId ?? '', claim: claimed?.claim ?? 0 };
    const renewing = { ...held, idempotencyKey: 'renew' };
    const finishing = { ...held, status: 'done', idempotencyKey: 'finish' };
    const renewed = await ledger.documents.renew(renewing);
    const finished = await ledger.documents.update(finishing);

    expect(await ledger.documents.claim(claiming)).toEqual({ claimed });
    expect(await ledger.documents.renew(renewing)).toEqual(renewed);
    expect(await ledger.documents.update(finishing)).toEqual(finished);
    expect((await run.get()).revision).toBe(finished.revision);
  });

  test.each(['done', 'dropped'])(
    'a version with the status %s ends the claim in the same commit',
    async (status) => {
      await using started = await startRun();
      await using tables = await openTables(started.server.databaseUrl);
      const { run } = started;
      await writeSubtask(run, 'one');
      const claim = await claimNext(run, 'ada');
      const { revision } = await run.get();

      const receipt = await claim.done({ status, text: 'What was done' });

      expect(receipt.revision).toBe(revision + 1);
      expect(claim.document).toMatchObject({ version: 2, status, text: 'What was done' });
      const claims = 'SELECT claim_holder AS holder, claim_until, claim_revision FROM document';
      expect(await tables.query(claims)).toEqual([{ holder: null, claim_until: null, claim_revision: null }]);
      await claim.document.update({ status: 'open' });
      expect(await keysOfReady(run)).toEqual(['one']);
      expect(await brokenLaws(tables)).toEqual({});
    },
  );

  test('deleting the document or restoring a finished version ends the claim too, other writes do not', async () => {
    await using started = await startRun();
    const { run } = started;
    const one = await writeSubtask(run, 'one', { status: 'done' });
    await one.update({ status: 'open' });

    const first = await claimNext(run, 'ada');
    await one.update({ text: 'More precisely', status: 'in_progress' });
    await one.restore(2);
    await first.renew();
    await one.restore(1);
    expect(await refusalOf(first.renew())).toMatchObject({ code: 'CLAIM_LOST' });

    await one.update({ status: 'open' });
    const second = await claimNext(run, 'ada');
    await one.delete();
    expect(await refusalOf(second.done())).toMatchObject({ code: 'CLAIM_LOST' });
  });

  test('a document left in progress is ready again once the claim under which it was begun has lapsed', async () => {
    await using started = await startRun();
    const { run } = started;
    const one = await writeSubtask(run, 'one');
    await writeSubtask(run, 'by hand', { status: 'in_progress' });
    const claim = await run.documents.claim({ holder: 'ada', leaseSeconds: 0.1 });
    await claim?.done({ status: 'in_progress' });
    await claim?.renew({ leaseSeconds: 60 });
    expect(await keysOfReady(run)).toEqual([]);

    await claim?.renew({ leaseSeconds: 0.1 });
    await lapse();

    expect(await keysOfReady(run)).toEqual(['one']);
    const next = await claimNext(run, 'bob');
    expect(next.document).toMatchObject({ id: one.id, status: 'in_progress' });
  });
});
