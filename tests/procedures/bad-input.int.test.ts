import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { CASES, type Case, FULL_CASES } from './samples/index.ts';
import { type Api, codeOf, type Outcome } from './support/api.ts';
import { badValuesOf, DEEP_LIST } from './support/bad-values.ts';
import { type Field, fieldsOf, formatPath, jsonWith, RawJson } from './support/fields.ts';
import { type ProcedureServer, startProcedureServer } from './support/server.ts';
import { createWorld, type World } from './support/world.ts';

let server: ProcedureServer;
let world: World;

beforeAll(async () => {
  server = await startProcedureServer();
  world = await createWorld(server.operator);
});
afterAll(async () => {
  // After all that, it still does its work.
  expect((await server.operator.http('GET', '/readyz')).status).toBe(200);
  await world.document();
  await server.close();
});

/** A bad input as JSON text, and which field must be named. */
interface BadInput {
  json: string;
  field: string;
  said: string;
}

const UNKNOWN = ['noSuchField', '__proto__', 'constructor', 'toString'];

function badInputsOf({ input: schema }: Case, input: unknown): BadInput[] {
  return fieldsOf(schema, input).flatMap((field) => [
    ...withBadValues(input, field),
    ...withUnknownFields(input, field),
  ]);
}

function withBadValues(input: unknown, field: Field): BadInput[] {
  const { path, name } = field;
  return badValuesOf(field).map((value) => {
    const shown = value instanceof RawJson ? value.text : (JSON.stringify(value) ?? 'left out');
    // Of the several shapes that a place may have, another one may come nearest when a field is left out.
    const field = value === undefined ? formatPath(path.slice(0, -1)) : name;
    return { json: jsonWith(input, path, value), field, said: `${name} = ${shown.slice(0, 60)}` };
  });
}

function withUnknownFields(input: unknown, { path, schema, value }: Field): BadInput[] {
  if (!(schema instanceof z.ZodObject) || value === undefined || value === null) return [];
  return UNKNOWN.flatMap((name) => {
    const field = formatPath([...path, name]);
    const isDeep = path.length === 0 && name === 'noSuchField';
    const json = jsonWith(input, [...path, name], isDeep ? DEEP_LIST : { polluted: true });
    return { json, field, said: `${field} is unknown` };
  });
}

/** Also the other samples where an input may have one of several shapes. */
const cases = CASES.filter((example) => FULL_CASES.includes(example) || example.input instanceof z.ZodUnion);

test.each(cases)('$title names every bad field, and stores nothing', async (example) => {
  const bad = badInputsOf(example, (await example.sample(world)) ?? {});
  const before = await server.rows.fingerprint();

  const outcomes = await callerOf(example).sendMany(
    example.path,
    bad.map(({ json }) => json),
  );

  expect(outcomes).toHaveLength(bad.length);
  const accepted = bad.flatMap((input, index) => complaint(input, outcomes[index]) ?? []);
  expect(accepted).toEqual([]);
  expect(await server.rows.fingerprint()).toEqual(before);
});

/** What is wrong with the answer to a bad input; null when it is as it must be. */
function complaint({ field, said }: BadInput, outcome: Outcome | undefined): string | null {
  if (outcome === undefined) return `${said}: no answer`;
  if (outcome.ok || outcome.failure.code !== 'BAD_INPUT') return `${said}: ${codeOf(outcome)}`;
  const { issues } = outcome.failure.details as { issues: { path: string; reason: string }[] };
  const isNamed = issues.some(
    ({ path }) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`),
  );
  if (field !== '' && !isNamed) return `${said}: named ${issues.map(({ path }) => path).join(', ')}`;
  return issues.every(({ reason }) => reason.length > 5) ? null : `${said}: no reason`;
}

function callerOf({ access }: Case): Api {
  return access === 'instance' ? server.operator : world.api;
}
