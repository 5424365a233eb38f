import { randomUUID } from 'node:crypto';
import { blobIdSchema, idSchema } from '@stepledger/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CASES, type Case } from './samples/index.ts';
import { failureOf } from './support/api.ts';
import { type Field, fieldsOf, isHashed, jsonWith } from './support/fields.ts';
import type { InputOf, ProcedurePath } from './support/paths.ts';
import { type ProcedureServer, startProcedureServer } from './support/server.ts';
import { createWorld, STEPS, type World } from './support/world.ts';

let server: ProcedureServer;
let world: World;

beforeAll(async () => {
  server = await startProcedureServer();
  world = await createWorld(server.operator);
});
afterAll(() => server.close());

/** What an id is said to be the id of, by the field that names it. */
const TYPES: Record<string, string> = {
  runId: 'run',
  run: 'run',
  documentId: 'document',
  exchangeId: 'exchange',
  parseId: 'parse',
  id: 'api key',
  runIds: 'run',
  unitId: 'run',
  blob: 'blob',
};

/** The fields that hold an id, and what is missing when nothing has it. */
function idsOf(
  { path, input: schema }: Case,
  input: unknown,
): { field: Field; unknown: string; type: string }[] {
  return fieldsOf(schema, input).flatMap((field) => {
    if (typeof field.value !== 'string' || isHashed(field)) return [];
    // Of a list of ids, the list is what has a name.
    const last = String(field.path.findLast((part) => typeof part === 'string'));
    // A link goes to an exact version; one that is not there is missing as a whole.
    const goal = path === 'links.remove' ? 'link' : 'document version';
    const isVersion = ['uses', 'inputs'].includes(String(field.path.at(-3)));
    const isGoal = field.path.at(-2) === 'to' && last === 'documentId';
    const type = isGoal ? goal : isVersion ? 'document version' : TYPES[last];
    if (field.schema === blobIdSchema) return [{ field, unknown: `${'0'.repeat(64)}.utf8`, type: 'blob' }];
    if (field.schema !== idSchema) return [];
    if (type === undefined) throw new Error(`Say of what ${field.name} is the id`);
    return [{ field, unknown: randomUUID(), type }];
  });
}

const namingIds = CASES.filter(({ foreign }) => foreign === 'NOT_FOUND');

test.each(namingIds)('$title says which id nothing has, and changes nothing', async (example) => {
  const input = await example.sample(world);
  const ids = idsOf(example, input);
  const before = await server.rows.fingerprint();

  const outcomes = await world.api.sendMany(
    example.path,
    ids.map(({ field, unknown }) => jsonWith(input, field.path, unknown)),
  );

  expect(await server.rows.fingerprint()).toEqual(before);
  const said = outcomes.map((outcome, index) => ({ field: ids[index]?.field.name, ...failureOf(outcome) }));
  expect(said).toEqual(
    ids.map(({ field, unknown, type }) => ({
      field: field.name,
      code: 'NOT_FOUND',
      // An exact version is named with its number.
      details: { type, id: expect.stringContaining(unknown) },
    })),
  );
});

describe('names and numbers that nothing has', () => {
  /** A call with something that is not there, and what is said to be missing. */
  function missing<P extends ProcedurePath>(
    path: P,
    input: (world: World) => InputOf<P> | Promise<InputOf<P>>,
    details: { type: string; id: string | RegExp },
  ): [string, ProcedurePath, (world: World) => unknown, { type: string; id: string | RegExp }] {
    return [`${details.type} ${details.id}`, path, input, details];
  }
  const name = 'lost';
  const messages = [{ role: 'user', content: 'Hello' }];
  const write = ({ runId }: World) => ({ runId, step: { name: STEPS[0] }, messages });
  const known = async ({ shared }: World) => (await shared.prompt()).name;
  const document = async ({ shared }: World) => (await shared.document()).documentId;
  const cases = [
    missing('projects.get', () => ({ slug: name }), { type: 'project', id: name }),
    missing('workflows.get', () => ({ name }), { type: 'workflow', id: name }),
    missing('workflows.get', ({ workflow }) => ({ name: workflow, version: 9 }), {
      type: 'workflow version',
      id: /@9$/,
    }),
    missing('workflows.history', () => ({ name }), { type: 'workflow', id: name }),
    missing('runs.start', ({ word }) => ({ key: word(), workflow: name }), { type: 'workflow', id: name }),
    missing(
      'runs.start',
      ({ word, workflow }) => ({ key: word(), workflow: { name: workflow, version: 9 } }),
      {
        type: 'workflow',
        id: /@9$/,
      },
    ),
    missing('runs.get', () => ({ key: name }), { type: 'run', id: name }),
    missing('prompts.get', () => ({ name }), { type: 'prompt', id: name }),
    missing('prompts.get', async (world) => ({ name: await known(world), version: 9 }), {
      type: 'prompt version',
      id: /@9$/,
    }),
    missing('prompts.get', async (world) => ({ name: await known(world), label: name }), {
      type: 'prompt label',
      id: /@lost$/,
    }),
    missing('prompts.history', () => ({ name }), { type: 'prompt', id: name }),
    missing('prompts.diff', async (world) => ({ name: await known(world), from: 1, to: 9 }), {
      type: 'prompt version',
      id: /@9$/,
    }),
    missing('prompts.render', () => ({ name }), { type: 'prompt', id: name }),
    missing('prompts.setLabel', () => ({ name, label: 'x', version: 1 }), { type: 'prompt', id: name }),
    missing('prompts.setLabel', async (world) => ({ name: await known(world), label: 'x', version: 9 }), {
      type: 'prompt version',
      id: /@9$/,
    }),
    missing('prompts.removeLabel', async (world) => ({ name: await known(world), label: name }), {
      type: 'prompt label',
      id: /@lost$/,
    }),
    missing('prompts.delete', () => ({ name }), { type: 'prompt', id: name }),
    missing('exchanges.open', (world) => ({ ...write(world), prompt: { name } }), {
      type: 'prompt',
      id: name,
    }),
    missing(
      'exchanges.open',
      async (world) => ({ ...write(world), prompt: { name: await known(world), version: 9 } }),
      {
        type: 'prompt version',
        id: /@9$/,
      },
    ),
    missing(
      'exchanges.record',
      async (world) => ({
        ...write(world),
        response: 'x',
        prompt: { name: await known(world), label: name },
      }),
      { type: 'prompt label', id: /@lost$/ },
    ),
    missing('steps.get', ({ runId }) => ({ runId, step: { name } }), { type: 'step', id: name }),
    missing(
      'steps.start',
      ({ runId, step }) => ({ runId, step: step(), parent: { name: STEPS[1], key: name } }),
      {
        type: 'step',
        id: 'design_step/lost',
      },
    ),
    missing('documents.get', async (world) => ({ documentId: await document(world), version: 9 }), {
      type: 'document version',
      id: /@9$/,
    }),
    missing('documents.get', ({ runId }) => ({ runId, kind: name }), { type: 'document', id: 'lost/lost' }),
    missing('documents.diff', async (world) => ({ documentId: await document(world), from: 1, to: 9 }), {
      type: 'document version',
      id: /@9$/,
    }),
    missing('documents.restore', async (world) => ({ documentId: await document(world), version: 9 }), {
      type: 'document version',
      id: /@9$/,
    }),
    missing('documents.purge', async (world) => ({ documentId: await document(world), versions: [1, 9] }), {
      type: 'document version',
      id: /@9$/,
    }),
    missing(
      'links.add',
      async (world) => {
        const documentId = await document(world);
        return { from: { documentId, version: 9 }, relation: 'used', to: { documentId, version: 1 } };
      },
      { type: 'document version', id: /@9$/ },
    ),
    missing(
      'links.remove',
      async (world) => {
        const documentId = await document(world);
        return { from: { documentId, version: 1 }, relation: 'used', to: { documentId, version: 2 } };
      },
      { type: 'link', id: / used .*@2$/ },
    ),
  ];

  test.each(cases)('%s, asked by %s', async (_, path, sample, { type, id }) => {
    const input = await sample(world);
    const before = await server.rows.fingerprint();
    const failure = failureOf(await world.api.send(path, input));
    expect(failure).toEqual({ code: 'NOT_FOUND', details: { type, id: expect.stringMatching(id) } });
    expect(await server.rows.fingerprint()).toEqual(before);
  });
});
