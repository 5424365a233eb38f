import { stepRefSchema } from '@stepledger/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FULL_CASES } from './samples/index.ts';
import { codeOf, failureOf } from './support/api.ts';
import { fieldsOf, jsonWith } from './support/fields.ts';
import { type ProcedureServer, startProcedureServer } from './support/server.ts';
import { createWorld, STEPS, type World } from './support/world.ts';

let server: ProcedureServer;
/** Its run takes the steps of its workflow only. */
let strict: World;
/** Its run has the same workflow and takes any step. */
let lenient: World;

beforeAll(async () => {
  server = await startProcedureServer();
  strict = await createWorld(server.operator);
  lenient = await createWorld(server.operator, { strict: false });
});
afterAll(() => server.close());

describe('a step that the workflow does not have', () => {
  const writesOfSteps = FULL_CASES.filter(
    ({ kind, path, input }) =>
      // A fork is made from before a step that is there.
      kind === 'mutation' &&
      path !== 'runs.fork' &&
      fieldsOf(input, {}).some(({ schema }) => schema === stepRefSchema),
  );

  test('can be named by most procedures that write into a run', () => {
    expect(writesOfSteps.length).toBeGreaterThan(8);
  });

  test.each(writesOfSteps)(
    'is refused by $path with those that it has, unless the run is not strict',
    async (example) => {
      const { path, input: schema } = example;
      const input = await example.sample(strict);
      const places = fieldsOf(schema, input).filter((field) => field.schema === stepRefSchema);
      const before = await server.rows.fingerprint();
      for (const { path: place } of places) {
        const [outcome] = await strict.api.sendMany(path, [
          jsonWith(input, [...place, 'name'], 'dance_step'),
        ]);
        expect(outcome && failureOf(outcome)).toEqual({
          code: 'UNKNOWN_STEP',
          details: { step: 'dance_step', workflow: strict.workflow, allowed: [...STEPS] },
        });
      }
      expect(await server.rows.fingerprint()).toEqual(before);

      const free = jsonWith(await example.sample(lenient), ['step', 'name'], 'dance_step');
      expect((await lenient.api.sendMany(path, [free])).map(codeOf)).toEqual(['ok']);
    },
  );

  test('is no step of a run without a workflow, which takes any', async () => {
    const { runId } = await strict.run();
    const step = { name: 'dance_step' };
    expect(codeOf(await strict.api.send('steps.start', { runId, step }))).toBe('ok');
  });

  test('is looked for in vain, and nothing is found', async () => {
    const { api, runId } = strict;
    const step = { name: 'dance_step' };
    const nothing = { ok: true, data: { items: [], nextCursor: null } };
    for (const path of ['documents.list', 'documents.byStep', 'exchanges.list']) {
      expect(await api.send(path, { runId, step }), path).toMatchObject(nothing);
    }
    expect(await api.send('documents.byStep', { step })).toMatchObject(nothing);
    expect(await api.send('steps.list', { runId, name: 'dance_step' })).toMatchObject(nothing);
  });
});
