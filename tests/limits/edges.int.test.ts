import {
  bodyContentSchema,
  errorTextSchema,
  identifierSchema,
  keySchema,
  metadataSchema,
  noteSchema,
  textContentSchema,
  textSchema,
  timeSchema,
  variablesSchema,
} from '@stepledger/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { CASES, type Case, FULL_CASES } from '../procedures/samples/index.ts';
import { type Api, codeOf, type Outcome } from '../procedures/support/api.ts';
import { type Field, fieldsOf, jsonWith } from '../procedures/support/fields.ts';
import { fillLists, LISTS, secondPage, unfiltered } from '../procedures/support/lists.ts';
import { type ProcedureServer, startProcedureServer } from '../procedures/support/server.ts';
import { createWorld, freshWord, type World } from '../procedures/support/world.ts';

let server: ProcedureServer;
/** Takes any step name, so that what looks like SQL is stored there too. */
let world: World;
/** Nobody writes here. */
let bystander: World;

beforeAll(async () => {
  server = await startProcedureServer();
  world = await createWorld(server.operator, { strict: false });
  bystander = await createWorld(server.operator);
  await bystander.document();
  await fillLists(world);
});
afterAll(() => server.close());

function callerOf({ access }: Case): Api {
  return access === 'instance' ? server.operator : world.api;
}

/** Sends a fresh sample with one field changed. */
async function sendWith(example: Case, field: Field, value: unknown): Promise<Outcome> {
  const json = jsonWith(await example.sample(world), field.path, value);
  const [outcome] = await callerOf(example).sendMany(example.path, [json]);
  if (outcome === undefined) throw new Error('A call has an outcome');
  return outcome;
}

/** The largest numbers and the ends of time that a schema lets through. */
function extremesOf({ schema }: Field): unknown[] {
  if (schema === timeSchema) {
    return [
      '0001-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
      '0000-01-01T00:00:00Z',
      '2024-02-29T23:59:59.999999999Z',
    ];
  }
  if (!(schema instanceof z.ZodNumber)) return [];
  const { minimum = 0, maximum = 0 } = z.toJSONSchema(schema, { io: 'input' });
  return [minimum, maximum];
}

test.each(FULL_CASES)(
  '$title takes or refuses the ends of each number and time, and never fails',
  async (example) => {
    const problems: string[] = [];
    for (const field of fieldsOf(example.input, await example.sample(world))) {
      for (const value of extremesOf(field)) {
        const code = codeOf(await sendWith(example, field, value));
        if (!isDeclared(example, code)) problems.push(`${field.name} = ${value}: ${code}`);
      }
    }
    expect(problems).toEqual([]);
  },
);

/** As long as a name may be, in three bytes a character, without what JSON or a row would escape. */
function freshSql(): string {
  return `x'); DROP TABLE document; -- ${freshWord()} :name ?? %s {{topic}} ${'\u20ac'.repeat(200)}`.slice(
    0,
    200,
  );
}

const WORDS = new Set<z.ZodType>([identifierSchema, keySchema, noteSchema, errorTextSchema]);
const TEXTS = new Set<z.ZodType>([textSchema, textContentSchema, bodyContentSchema]);

/** What looks like SQL, in the form that a field takes; undefined where it takes no free text. */
function sqlFor({ schema }: Field, sql: string): unknown {
  if (WORDS.has(schema) || TEXTS.has(schema)) return sql;
  if (schema === metadataSchema) return { [sql]: [sql] };
  if (schema === variablesSchema) return { topic: sql, [sql]: sql };
  return undefined;
}

const WRITES = FULL_CASES.filter(({ kind }) => kind === 'mutation');
const READS = CASES.filter(({ kind }) => kind === 'query');

test.each(WRITES)('$title stores what looks like SQL as it is, or refuses it', async (example) => {
  const before = await server.rows.fingerprint(bystander.projectId);
  const problems: string[] = [];
  for (const field of fieldsOf(example.input, await example.sample(world))) {
    const sql = freshSql();
    const value = sqlFor(field, sql);
    if (value === undefined) continue;
    const outcome = await sendWith(example, field, value);
    const isFine = isDeclared(example, codeOf(outcome));
    // Of an idempotency key only a hash is kept, for comparison.
    const isLost =
      outcome.ok && field.name !== 'idempotencyKey' && (await server.rows.find(sql)).length === 0;
    if (!isFine || isLost) problems.push(`${field.name}: ${codeOf(outcome)}, ${isLost ? 'lost' : ''}`);
  }
  expect(problems).toEqual([]);
  expect(await server.rows.fingerprint(bystander.projectId)).toEqual(before);
});

test.each(READS)('$title compares what looks like SQL, and finds nothing by it', async (example) => {
  const input = await example.sample(world);
  const sql = freshSql();
  const fields = fieldsOf(example.input, input).filter((field) => sqlFor(field, sql) !== undefined);
  const before = await server.rows.fingerprint();

  const outcomes = await world.api.sendMany(
    example.path,
    fields.map((field) => jsonWith(input, field.path, sqlFor(field, sql))),
  );

  const problems = outcomes.flatMap((outcome, index) => {
    // A rendered prompt says its variables.
    const isFine = outcome.ok
      ? outcome.body.includes('"items":[]') || outcome.body.includes(sql)
      : isDeclared(example, outcome.failure.code);
    return isFine ? [] : [`${fields[index]?.name}: ${outcome.body.slice(0, 300)}`];
  });
  expect(problems).toEqual([]);
  expect(await server.rows.fingerprint()).toEqual(before);
});

function isDeclared({ errors }: Case, code: string): boolean {
  return (
    code === 'ok' || (code !== 'INTERNAL' && code !== 'UNAVAILABLE' && errors.some((known) => known === code))
  );
}

/** Cursors that nobody got from this list: other bytes, other lists, and its own with other values. */
function forgedCursors(genuine: string): string[] {
  const [format, list, ...values] = JSON.parse(Buffer.from(genuine, 'base64url').toString()) as unknown[];
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const wrong = [
    null,
    {},
    [],
    'x',
    "' OR 1=1 --",
    'a\0b',
    '\ud800',
    0.5,
    -1,
    2 ** 31,
    Number.MAX_SAFE_INTEGER,
    1e300,
  ];
  return [
    ...[
      'x',
      '====',
      '\u0000',
      genuine.slice(1),
      `${genuine}x`,
      encode(null),
      encode({}),
      encode([]),
      encode('x'),
    ],
    ...[encode([format, 'another list', ...values]), encode([99, list, ...values]), encode([format, list])],
    encode([format, list, ...values, 1]),
    ...values.flatMap((_, at) => wrong.map((value) => encode([format, list, ...values.with(at, value)]))),
  ];
}

test.each(LISTS)('$title refuses a forged cursor or goes on from it, and never fails', async (list) => {
  const api = list.path === 'projects.list' ? server.operator : world.api;
  const cursors = forgedCursors(await secondPage(list, { api, world }));
  const input = await unfiltered(list, world);

  const outcomes = await api.sendMany(
    list.path,
    cursors.map((cursor) => JSON.stringify({ ...input, cursor })),
  );

  const problems = outcomes.flatMap((outcome, index) => {
    if (outcome.ok) return [];
    const { code, details } = outcome.failure;
    const isNamed = 'issues' in details && details.issues[0]?.path === 'cursor';
    return code === 'BAD_INPUT' && isNamed
      ? []
      : [`${Buffer.from(cursors[index] ?? '', 'base64url')}: ${code}`];
  });
  expect(outcomes.map(codeOf)).toContain('BAD_INPUT');
  expect(problems).toEqual([]);
});
