import { afterAll, beforeAll, expect, test } from 'vitest';
import { CASES } from './samples/index.ts';
import { fieldsOf } from './support/fields.ts';
import { type ProcedureServer, startProcedureServer } from './support/server.ts';
import { createWorld, type World } from './support/world.ts';

/** Tests of their own send these wherever they may stand. */
const COMMON_FIELDS = new Set(['idempotencyKey', 'cursor', 'lastEventId']);

let server: ProcedureServer;
let world: World;

beforeAll(async () => {
  server = await startProcedureServer();
  world = await createWorld(server.operator);
});
afterAll(() => server.close());

test.each(CASES)('$title succeeds, and answers what its schema says', async (example) => {
  const caller = example.access === 'instance' ? server.operator : world.api;
  const input = await example.sample(world);

  const outcome = await caller.send(example.path, input);

  if (!outcome.ok) throw new Error(`${example.path} failed: ${outcome.body}`);
  expect(outcome.status).toBe(200);
  expect(example.output.parse(outcome.data)).toEqual(outcome.data);
});

test('each sample is another input each time, where it writes', async () => {
  for (const example of CASES.filter(({ kind }) => kind === 'mutation')) {
    const [one, other] = [await example.sample(world), await example.sample(world)];
    expect(one, example.title).not.toEqual(other);
  }
});

test('every field of every input stands in a sample', async () => {
  const known = new Set<string>();
  const given = new Set<string>();
  for (const example of CASES) {
    for (const { name, value } of fieldsOf(example.input, await example.sample(world))) {
      const field = `${example.path}: ${name}`;
      if (!COMMON_FIELDS.has(name)) known.add(field);
      if (value !== undefined) given.add(field);
    }
  }
  expect([...known].filter((field) => !given.has(field))).toEqual([]);
});
