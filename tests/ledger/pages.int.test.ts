import { startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type List, openLists, reversible } from './support/lists.ts';
import { refusalOf } from './support/refusals.ts';

const SEED = 4;
/** On a busy machine. */
const SLOW_MS = 120_000;
const INSTANCE_KEY = 'the-key-of-the-instance';

let server: TestServer;
let lists: Record<string, List>;
beforeAll(async () => {
  // Projects are made with the key of the instance.
  server = await startTestServer({ instanceKey: INSTANCE_KEY, client: { token: INSTANCE_KEY } });
  lists = await openLists(server.ledger);
}, SLOW_MS);
afterAll(() => server.close());

async function readAll({ read }: List, limits: readonly number[]): Promise<unknown[]> {
  const items: unknown[] = [];
  let cursor: string | undefined;
  for (let page = 0; ; page++) {
    const limit = limits[page % limits.length] ?? 1;
    const { items: some, nextCursor } = await read({ limit, ...(cursor !== undefined && { cursor }) });
    expect(some.length).toBeLessThanOrEqual(limit);
    // Only the last page may be empty, or short.
    if (nextCursor !== null) expect(some).toHaveLength(limit);
    items.push(...some);
    if (nextCursor === null) return items;
    cursor = nextCursor;
  }
}

test('every list read in small pages is the list read at once', { timeout: SLOW_MS }, async () => {
  const limits = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(limits, async (limits) => {
      await Promise.all(
        Object.entries(lists).map(async ([name, list]) => {
          const { items, nextCursor } = await list.read({ limit: 500 });
          expect(nextCursor, name).toBeNull();
          expect(items.length, name).toBeGreaterThan(3);
          expect(await readAll(list, limits), name).toEqual(items);
        }),
      );
    }),
    { seed: SEED, numRuns: 3, endOnFailure: true },
  );
});

test('newest first is oldest first from its other end', async () => {
  const runId = (await server.ledger.runs.get({ key: 'run 0' })).id;
  for (const [name, read] of Object.entries(reversible(server.ledger, runId))) {
    const oldest = await read({ order: 'oldest', limit: 500 });
    const newest = await read({ order: 'newest', limit: 500 });
    expect(newest.items, name).toEqual(oldest.items.toReversed());
    expect(await read({ limit: 500 }), name).toEqual(oldest);
  }
});

test('a cursor of another list is refused, as is anything that is no cursor', {
  timeout: SLOW_MS,
}, async () => {
  const cursors = await Promise.all(
    Object.values(lists).map(async ({ family, read }) => {
      const { nextCursor } = await read({ limit: 2 });
      return { family, cursor: nextCursor ?? '' };
    }),
  );
  const noCursors = [
    'x',
    '%%%',
    ...['null', '[1]', '{}'].map((json) => Buffer.from(json).toString('base64url')),
  ];
  const refused = { code: 'BAD_INPUT', details: { issues: [{ path: 'cursor' }] } };
  for (const [place, [name, { family, read }]] of Object.entries(lists).entries()) {
    const own = cursors[place]?.cursor ?? '';
    const foreign = cursors.filter((other) => other.family !== family).map(({ cursor }) => cursor);
    const tried = [...foreign, ...noCursors, own.slice(0, -3), ...forge(own)];
    const answers = await Promise.all(tried.map((cursor) => refusalOf(read({ cursor }))));
    for (const answer of answers) expect(answer, name).toMatchObject(refused);
  }
});

/** The same cursor with values that no row has: of the wrong type, out of range, or no text for PostgreSQL. */
function forge(cursor: string): string[] {
  const [format, list, ...values] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
  const bad = [2 ** 40, -1.5, 'a\0b', '\ud800', null, {}];
  return values.flatMap((value, place) =>
    bad
      .filter((other) => typeof other !== typeof value || typeof value === 'number')
      .concat(typeof value === 'string' ? ['a\0b'] : [])
      .map((other) => {
        const forged = values.map((v, at) => (at === place ? other : v));
        return Buffer.from(JSON.stringify([format, list, ...forged])).toString('base64url');
      }),
  );
}

test('what is written between two pages neither hides nor repeats what was there', async () => {
  const { ledger } = server;
  const run = await ledger.run({ key: 'growing' });
  const put = (key: string) => run.step('code_step').documents.put({ kind: 'code', key, text: key });
  const before: string[] = [];
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) before.push((await put(key)).id);

  const growing = {
    byStep: (page: object) =>
      ledger.documents.byStep({ ...page, runId: run.id, step: { name: 'code_step' } }),
    list: (page: object) => ledger.documents.list({ ...page, runId: run.id }),
  };
  for (const [name, read] of Object.entries(growing)) {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof read>> = await read({ limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      if (seen.length < 8) await put(`${name} ${seen.length}`);
    } while (cursor !== null);
    expect(
      seen.filter((id) => before.includes(id)),
      name,
    ).toEqual(before);
    expect(new Set(seen).size, name).toBe(seen.length);
  }
});

test('a page of large texts ends early and goes on where it ended', { timeout: SLOW_MS }, async () => {
  const { ledger } = server;
  const run = await ledger.run({ key: 'large' });
  const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(3_000_000));
  const documents = texts.map((text, index) => ({ kind: 'large', key: `${index}`, text }));
  await run.documents.putMany(documents);

  const first = await ledger.documents.list({ runId: run.id });
  expect(first.items).toHaveLength(2);
  const all = await ledger.documents.list({ runId: run.id }).all();
  expect(all.map(({ text }) => text) as unknown).toEqual(texts);
  const bare = await ledger.documents.list({ runId: run.id, withText: false });
  expect(bare.items.map(({ text, content }) => [text, content?.size])).toEqual(
    Array(4).fill([null, 3_000_000]),
  );
});
