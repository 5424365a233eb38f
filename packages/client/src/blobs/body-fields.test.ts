import { describeProcedures } from '@stepledger/api';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { BODY_FIELDS, findBodies } from './body-fields.ts';

type Schema = z.core.JSONSchema._JSONSchema;

/** The paths, `*` for each item, of all fields that may be `{ blob }`. */
function bodyPaths(schema: Schema | undefined, path: string[] = []): string[] {
  if (typeof schema !== 'object') return [];
  if (schema.anyOf?.some((branch) => typeof branch === 'object' && branch.properties?.['blob'])) {
    return [path.join('.')];
  }
  const inner = [...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap((branch) =>
    bodyPaths(branch, path),
  );
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    bodyPaths(field, [...path, name]),
  );
  const items = Array.isArray(schema.items) ? [] : bodyPaths(schema.items, [...path, '*']);
  return [...inner, ...fields, ...items];
}

function listedPaths(shape: unknown, path: string[] = []): string[] {
  if (shape === 'body') return [path.join('.')];
  if (Array.isArray(shape)) return shape.flatMap((item) => listedPaths(item, [...path, '*']));
  return Object.entries(shape as object).flatMap(([name, field]) => listedPaths(field, [...path, name]));
}

test('the list of body fields is that of the API', () => {
  const expected: Record<string, string[]> = {};
  for (const { path, input } of describeProcedures()) {
    const paths = bodyPaths(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }));
    if (paths.length > 0) expected[path] = paths.sort();
  }
  const listed = Object.fromEntries(
    Object.entries(BODY_FIELDS).map(([path, shape]) => [path, listedPaths(shape).sort()]),
  );

  expect(listed).toEqual(expected);
  expect(Object.keys(listed)).toHaveLength(10);
});

test('bodies are replaced in a copy; the input of the caller stays as it was', () => {
  const input = {
    runId: 'run',
    metadata: { shared: true },
    messages: [{ role: 'user', content: 'question' }],
    response: 'answer',
    attempts: [
      { status: 'failed', request: 'r1' },
      { status: 'completed', request: 'r2', response: 'a2' },
    ],
    documents: [{ kind: 'design', text: 'text' }],
  };
  const before = structuredClone(input);

  const { copy, slots } = findBodies('exchanges.record', input);
  expect(slots.map(({ value }) => value)).toEqual(['question', 'answer', 'r1', 'r2', 'a2', 'text']);
  expect(slots.map(({ path }) => path)).toEqual([
    'messages[0].content',
    'response',
    'attempts[0].request',
    'attempts[1].request',
    'attempts[1].response',
    'documents[0].text',
  ]);
  for (const slot of slots) slot.replace({ blob: String(slot.value) });

  expect(input).toEqual(before);
  expect(copy).toEqual({
    runId: 'run',
    metadata: { shared: true },
    messages: [{ role: 'user', content: { blob: 'question' } }],
    response: { blob: 'answer' },
    attempts: [
      { status: 'failed', request: { blob: 'r1' } },
      { status: 'completed', request: { blob: 'r2' }, response: { blob: 'a2' } },
    ],
    documents: [{ kind: 'design', text: { blob: 'text' } }],
  });
});

test.each([undefined, null, 'text', 7, [], { documents: 'none' }, { documents: [null, 'x', {}] }])(
  'a wrong input, %j, is left to the server to refuse',
  (input) => {
    expect(findBodies('documents.putMany', input)).toEqual({ copy: input, slots: [] });
  },
);
