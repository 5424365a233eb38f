import { blobIdSchema, idSchema } from '@stepledger/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CASES, FULL_CASES } from './samples/index.ts';
import { type Api, codeOf, failureOf, type Outcome } from './support/api.ts';
import { type Field, fieldsOf, isHashed, jsonWith } from './support/fields.ts';
import { fillLists, LISTS, secondPage, unfiltered } from './support/lists.ts';
import { type ProcedureServer, startProcedureServer } from './support/server.ts';
import { createProject, createWorld, type World } from './support/world.ts';

let server: ProcedureServer;
/** Whose ids are used by others. */
let owner: World;
/** Another project with things of its own. */
let stranger: World;
/** Projects with nothing in them: one for reading, one for what a call makes there. */
let empty: { reader: Api; writer: Api };

beforeAll(async () => {
  server = await startProcedureServer();
  [owner, stranger] = [await createWorld(server.operator), await createWorld(server.operator)];
  await Promise.all([fillLists(owner), fillLists(stranger)]);
  const [reader, writer] = [await createProject(server.operator), await createProject(server.operator)];
  empty = { reader: reader.api, writer: writer.api };
});
afterAll(() => server.close());

/** Nothing of the owner stands in the answer but what the caller sent. */
async function expectNothingOfOwner(outcome: Outcome, sent: string): Promise<void> {
  const known = [...(await server.rows.ids(owner.projectId)), owner.slug, owner.key, owner.workflow];
  const told = known.filter((id) => outcome.body.includes(id) && !sent.includes(id));
  expect(told).toEqual([]);
}

test.each(CASES)(
  '$title with the input of another project is $foreign, and nothing there changes',
  async (example) => {
    const { path, kind, foreign } = example;
    const input = await example.sample(owner);
    const before = await server.rows.fingerprint(owner.projectId);

    const outcome = await (kind === 'query' ? empty.reader : empty.writer).send(path, input);

    expect(await server.rows.fingerprint(owner.projectId)).toEqual(before);
    await expectNothingOfOwner(outcome, JSON.stringify(input));
    if (foreign === 'EMPTY')
      expect(outcome).toMatchObject({ ok: true, data: { items: [], nextCursor: null } });
    else expect(codeOf(outcome)).toBe(foreign === 'OWN' ? 'ok' : foreign);
  },
);

function isId(field: Field): boolean {
  const { schema, value } = field;
  return typeof value === 'string' && (schema === idSchema || schema === blobIdSchema) && !isHashed(field);
}

const namingIds = CASES.filter(({ foreign }) => foreign === 'NOT_FOUND');

test.each(namingIds)(
  '$title with a single id of another project is NOT_FOUND and changes nothing',
  async (example) => {
    const theirs = await example.sample(owner);
    const own = await example.sample(stranger);
    const foreignFields = fieldsOf(example.input, theirs).filter(isId);
    const inputs = foreignFields.map(({ path, value }) => jsonWith(own, path, value));
    const before = await server.rows.fingerprint();

    const outcomes = await stranger.api.sendMany(example.path, inputs);

    expect(await server.rows.fingerprint()).toEqual(before);
    for (const [index, { name, value }] of foreignFields.entries()) {
      const outcome = outcomes[index];
      expect(outcome && { field: name, ...failureOf(outcome) }).toEqual({
        field: name,
        code: 'NOT_FOUND',
        details: { type: expect.any(String), id: expect.stringContaining(String(value)) },
      });
    }
  },
);

test('a name of another project is NOT_FOUND where an own one would do', async () => {
  const prompt = await owner.shared.prompt();
  const { runId, step } = stranger;
  const open = { runId, step: step(), messages: [{ role: 'user', content: 'Hello' }] };
  const outcomes = [
    await stranger.api.send('exchanges.open', { ...open, prompt: { name: prompt.name } }),
    await stranger.api.send('exchanges.record', { ...open, response: 'x', prompt }),
    await stranger.api.send('runs.start', { key: stranger.word(), workflow: owner.workflow }),
    await stranger.api.send('runs.get', { key: (await owner.run()).key }),
  ];
  expect(outcomes.map(codeOf)).toEqual(outcomes.map(() => 'NOT_FOUND'));
});

test('a workflow of another project filters runs as one that is not there', async () => {
  expect(await stranger.api.call('runs.list', { workflow: owner.workflow })).toEqual({
    items: [],
    nextCursor: null,
  });
});

test.each(LISTS)('$title from a cursor of another project on shows nothing of it', async (list) => {
  const api = list.path === 'projects.list' ? server.operator : owner.api;
  const cursor = await secondPage(list, { api, world: owner });

  const outcome = await stranger.api.send(list.path, { ...(await unfiltered(list, stranger)), cursor });

  // Cursors of a diff belong to its two runs.
  expect(codeOf(outcome)).toBe(list.path === 'runs.diff' ? 'BAD_INPUT' : 'ok');
  await expectNothingOfOwner(outcome, '');
});

test('a key that chooses another project gets NOT_FOUND from every procedure and from the raw door', async () => {
  const misdirected = stranger.api.with({ 'x-stepledger-project': owner.slug });
  for (const { path } of FULL_CASES) {
    expect({ path, ...failureOf(await misdirected.send(path, {})) }).toEqual({
      path,
      code: 'NOT_FOUND',
      details: { type: 'project', id: owner.slug },
    });
  }
  const blob = await owner.shared.blob();
  expect((await misdirected.http('GET', `/raw/${blob}`)).status).toBe(404);
  expect((await stranger.api.http('GET', `/raw/${blob}`)).status).toBe(404);
  expect((await owner.api.http('GET', `/raw/${blob}`)).status).toBe(200);
});
