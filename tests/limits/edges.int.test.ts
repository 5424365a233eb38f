import {
  bodyContentSchema,
  errorTextSchema,
  headerValueSchema,
  identifierSchema,
  keySchema,
  LIMITS,
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
import { type Field, fieldsOf, isHashed, jsonWith } from '../procedures/support/fields.ts';
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

interface Change {
  field: Field;
  value: unknown;
}

/** Sends a fresh sample with other values in some of its fields. */
async function sendWith(example: Case, changes: readonly Change[]): Promise<Outcome> {
  let json = JSON.stringify(await example.sample(world));
  for (const { field, value } of changes) json = jsonWith(JSON.parse(json), field.path, value);
  const [outcome] = await callerOf(example).sendMany(example.path, [json]);
  if (outcome === undefined) throw new Error('A call has an outcome');
  return outcome;
}

const TIMES = ['0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '2024-02-29T23:59:59Z'];

/** The ends of what a schema lets through; undefined where it has none. */
function extremeOf({ schema }: Field, turn: number): unknown {
  if (schema === timeSchema) return TIMES[turn];
  if (!(schema instanceof z.ZodNumber)) return undefined;
  const { minimum, maximum } = z.toJSONSchema(schema, { io: 'input' });
  return turn === 0 ? minimum : maximum;
}

function isDeclared({ errors }: Case, code: string): boolean {
  const known = errors.filter((error) => error !== 'INTERNAL' && error !== 'UNAVAILABLE');
  return ['ok', ...known].includes(code);
}

test.each(FULL_CASES)(
  '$title takes or refuses the ends of its numbers and times, and never fails',
  async (example) => {
    const fields = fieldsOf(example.input, await example.sample(world));
    const problems: string[] = [];
    for (const turn of TIMES.keys()) {
      const changes = fields
        .map((field) => ({ field, value: extremeOf(field, turn) }))
        .filter(({ value }) => value !== undefined);
      // A version that is not there keeps the rest from being stored, so these go by themselves.
      const naming = changes.filter(({ field }) => /version/i.test(field.name));
      const others = changes.filter((change) => !naming.includes(change));
      for (const group of [naming, others].filter(({ length }) => length > 0)) {
        const code = codeOf(await sendWith(example, group));
        const said = group.map(({ field, value }) => `${field.name} = ${value}`).join(', ');
        if (!isDeclared(example, code)) problems.push(`${said}: ${code}`);
      }
    }
    expect(problems).toEqual([]);
  },
);

/** As long as a name may be, in three bytes a character, without what JSON or a row would escape. */
function freshSql(): string {
  const sql = `x'); DROP TABLE document; -- ${freshWord()} :name ?? %s {{topic}} `;
  return sql.padEnd(LIMITS.maxIdentifierLength, '\u20ac');
}

const WORDS = new Set<z.ZodType>([
  identifierSchema,
  keySchema,
  noteSchema,
  errorTextSchema,
  headerValueSchema,
]);
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

/** Whether a field names something that must be there, or is hashed; all others say something new. */
function isReference({ path }: Case, field: Field): boolean {
  const { name } = field;
  if (/^(prompt|parent|workflow)\b/.test(name) || isHashed(field)) return true;
  // All else says which subtask is wanted.
  if (path === 'documents.claim') return name !== 'holder' && name !== 'idempotencyKey';
  return (
    path.startsWith('prompts.') &&
    path !== 'prompts.put' &&
    !(path === 'prompts.setLabel' && name === 'label')
  );
}

test.each(WRITES)('$title stores what looks like SQL as it is, and runs none of it', async (example) => {
  const before = await server.rows.fingerprint(bystander.projectId);
  const changes = fieldsOf(example.input, await example.sample(world))
    .map((field) => ({ field, sql: freshSql() }))
    .map(({ field, sql }) => ({ field, sql, value: sqlFor(field, sql) }))
    .filter(({ value }) => value !== undefined);
  const references = changes.filter(({ field }) => isReference(example, field));
  const contents = changes.filter((change) => !references.includes(change));

  const stored = await sendWith(example, contents);
  const lookedFor: Outcome[] = [];
  for (const change of references) lookedFor.push(await sendWith(example, [change]));

  // Of an idempotency key only a hash is kept.
  const kept = contents.filter(({ field }) => field.name !== 'idempotencyKey').map(({ sql }) => sql);
  expect(stored.ok ? await server.rows.missing(kept) : stored.body).toEqual([]);
  const refused = lookedFor.filter((outcome) => !isDeclared(example, codeOf(outcome)));
  expect(refused).toEqual([]);
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
    // A rendered prompt says its variables; a context holds nothing but its pins; statistics count nothing.
    const isFine = outcome.ok
      ? ['"items":[]', '"total":{"exchanges":0,', sql].some((words) => outcome.body.includes(words)) ||
        hasPinsAlone(outcome.body)
      : isDeclared(example, outcome.failure.code);
    return isFine ? [] : [`${fields[index]?.name}: ${outcome.body.slice(0, 300)}`];
  });
  expect(problems).toEqual([]);
  expect(await server.rows.fingerprint()).toEqual(before);
});

function hasPinsAlone(body: string): boolean {
  return body.includes('"why":"pinned"') && !/"why":"(?!pinned")/.test(body);
}

/** Cursors that nobody got from this list: other bytes, other lists, and its own with other values. */
function forgedCursors(genuine: string): string[] {
  const [format, list, ...values] = JSON.parse(Buffer.from(genuine, 'base64url').toString()) as unknown[];
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const wrong = [null, {}, [], 'x', "' OR 1=1 --", 'a\0b', '\ud800', 0.5, -1, 2 ** 31, 2 ** 53 - 1, 1e300];
  return [
    ...['x', '====', '\u0000', genuine.slice(1), `${genuine}x`],
    ...[null, {}, [], 'x'].map(encode),
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
    if (code === 'BAD_INPUT' && isNamed) return [];
    return `${Buffer.from(cursors[index] ?? '', 'base64url')}: ${code}`;
  });
  expect(outcomes.map(codeOf)).toContain('BAD_INPUT');
  expect(problems).toEqual([]);
});
