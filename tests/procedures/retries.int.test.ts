import { randomUUID } from 'node:crypto';
import { idSchema } from '@stepledger/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CASES, type Case } from './samples/index.ts';
import { type Api, codeOf, failureOf, type Outcome } from './support/api.ts';
import { fieldsOf, jsonWith } from './support/fields.ts';
import { growth } from './support/rows.ts';
import { type ProcedureServer, startProcedureServer } from './support/server.ts';
import { createWorld, freshWord, type World } from './support/world.ts';

let server: ProcedureServer;
let world: World;
let elsewhere: World;

beforeAll(async () => {
  server = await startProcedureServer();
  [world, elsewhere] = [await createWorld(server.operator), await createWorld(server.operator)];
});
afterAll(() => server.close());

/** The one sample that changes nothing: starting what runs already takes no revision. */
const UNCHANGED = 'steps.start of a step that runs already';

const mutations = CASES.filter(({ kind }) => kind === 'mutation');

function callerOf({ access }: Case, { api, slug }: World): Api {
  return access === 'instance' ? server.operator.with({ 'x-stepledger-project': slug }) : api;
}

/** Builds an input with an idempotency key, before anything is counted. */
async function keyed(example: Case, at: World, idempotencyKey: string): Promise<object> {
  return { ...((await example.sample(at)) as object), idempotencyKey };
}

/** What a piece of work adds to each table. */
async function growthBy<Result>(work: () => Promise<Result>): Promise<[Record<string, number>, Result]> {
  const before = await server.rows.count();
  const result = await work();
  return [growth(before, await server.rows.count()), result];
}

function dataOf(outcome: Outcome): unknown {
  if (!outcome.ok) throw new Error(`Expected an answer, not ${outcome.body}`);
  return outcome.data;
}

test.each(mutations)('$title: a key is one change, whenever and how often it is sent', async (example) => {
  const { path } = example;
  const caller = callerOf(example, world);
  const key = freshWord();
  const [there, input, another] = [
    await keyed(example, elsewhere, example.access === 'instance' ? freshWord() : key),
    await keyed(example, world, key),
    await keyed(example, world, key),
  ];
  // In another project the same key is free.
  const [growthByOne] = await growthBy(async () =>
    dataOf(await callerOf(example, elsewhere).send(path, there)),
  );
  // A call that failed leaves its key free.
  expect(codeOf(await caller.send(path, { ...input, noSuchField: 1 }))).toBe('BAD_INPUT');
  const named = fieldsOf(example.input, input).find(({ schema, value }) => schema === idSchema && value);
  if (named) {
    const [lost] = await caller.sendMany(path, [jsonWith(input, named.path, randomUUID())]);
    expect(lost && codeOf(lost)).toBe('NOT_FOUND');
  }

  const [growthByEight, outcomes] = await growthBy(async () => {
    const batched = caller.sendMany(
      path,
      Array.from({ length: 4 }, () => JSON.stringify(input)),
    );
    const single = Array.from({ length: 4 }, () => caller.send(path, input));
    return [...(await batched), ...(await Promise.all(single))];
  });

  const [first, ...others] = outcomes.map(dataOf);
  expect(others).toEqual(others.map(() => first));
  expect(growthByEight).toEqual(growthByOne);
  expect(growthByOne['request']).toBe(1);
  if (isWrittenInLedger(first)) expect(growthByOne['entry'] ?? 0).toBe(entriesOf(example));

  const before = await server.rows.fingerprint();
  expect(dataOf(await caller.send(path, input))).toEqual(first);
  expect(failureOf(await caller.send(path, another))).toEqual(conflict(key, path));
  const [elseWhat, elseInput] =
    path === 'runs.start' ? ['prompts.put', { name: key, template: 'x' }] : ['runs.start', { key }];
  if (example.access !== 'instance') {
    const outcome = await caller.send(elseWhat, { ...elseInput, idempotencyKey: key });
    expect(failureOf(outcome)).toEqual(conflict(key, path));
  }
  expect(await server.rows.fingerprint()).toEqual(before);
});

test('projects.create belongs to no project, so that its keys are the same whichever project is chosen', async () => {
  const key = freshWord();
  const inProject = ({ slug }: World) => server.operator.with({ 'x-stepledger-project': slug });
  const input = { slug: freshWord(), idempotencyKey: key };
  const made = dataOf(await inProject(world).send('projects.create', input));
  expect(dataOf(await inProject(elsewhere).send('projects.create', input))).toEqual(made);
  const other = { slug: freshWord(), idempotencyKey: key };
  expect(failureOf(await inProject(elsewhere).send('projects.create', other))).toEqual(
    conflict(key, 'projects.create'),
  );
});

/** A fork also has the one entry of the run that it was forked from. */
function entriesOf({ path, title }: Case): number {
  if (title === UNCHANGED) return 0;
  return path === 'runs.fork' ? 2 : 1;
}

function conflict(idempotencyKey: string, procedure: string) {
  return { code: 'IDEMPOTENCY_CONFLICT', details: { idempotencyKey, procedure } };
}

function isWrittenInLedger(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'revision' in answer;
}
