import {
  getDocumentInput,
  listDocumentsInput,
  listRunsInput,
  putDocumentInput,
  putManyDocumentsInput,
  recordExchangeInput,
  startRunInput,
} from '@stepledger/contract';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { formatPath, toFieldIssues } from './field-issues.ts';

const runId = '0198c0de-0000-7000-8000-000000000001';

function faults(schema: z.ZodType, input: unknown): Record<string, string> {
  const result = schema.safeParse(input);
  if (result.success) return {};
  return Object.fromEntries(toFieldIssues(result.error, input).map(({ path, reason }) => [path, reason]));
}

test('a path reads as one would write it in code', () => {
  expect(formatPath(['documents', 3, 'metadata', 'tags'])).toBe('documents[3].metadata.tags');
  expect(formatPath(['metadata', 'a b', '', '__proto__'])).toBe('metadata["a b"][""].__proto__');
  expect(formatPath([])).toBe('');
});

test('each bad field of a nested input is named with its path', () => {
  const documents = [
    { kind: 'design', text: 'x' },
    { kind: '', text: 'x', metadata: { a: { b: ['\0'] } } },
  ];
  expect(faults(putManyDocumentsInput, { runId: 'x', documents })).toEqual({
    runId: 'must be a UUID',
    'documents[1].kind': 'must not be empty',
    'documents[1].metadata.a.b[0]': 'must not hold NUL or a lone surrogate',
  });
});

test('unknown fields are named one by one, __proto__ too', () => {
  const input: unknown = JSON.parse(`{"runId":"${runId}","kind":"d","text":"","txt":"","__proto__":{"a":1}}`);
  expect(faults(putDocumentInput, input)).toEqual({
    txt: 'is not a known field',
    ['__proto__']: 'is not a known field',
  });
});

test('a missing field is required, and a missing input an object', () => {
  expect(faults(startRunInput, {})).toEqual({ key: 'is required' });
  expect(faults(startRunInput, undefined)).toEqual({ '': 'is required' });
  expect(faults(startRunInput, [])).toEqual({ '': 'must be an object' });
});

test('limits and choices are told in numbers and words', () => {
  expect(faults(listRunsInput, { limit: 5000, status: 'lost', cursor: '' })).toEqual({
    limit: 'must be at most 500',
    status: 'must be one of running, completed, failed, cancelled',
    cursor: 'must not be empty',
  });
  const documents = Array.from({ length: 1001 }, () => ({ kind: 'd', text: '' }));
  expect(faults(putManyDocumentsInput, { runId, documents })).toEqual({
    documents: 'must have at most 1000 items',
  });
  expect(faults(startRunInput, { key: 'k'.repeat(201) })).toEqual({
    key: 'must have at most 200 characters',
  });
  const usage = { inputTokens: 1.5 };
  expect(faults(recordExchangeInput, { runId, step: { name: 's' }, messages: [], error: '', usage })).toEqual(
    {
      messages: 'must have at least 1 items',
      'usage.inputTokens': 'must be a whole number',
    },
  );
});

test('a rule over several fields stands at the field it names', () => {
  expect(faults(listDocumentsInput, { step: { name: 'design_step' } })).toEqual({
    step: 'needs runId; across runs use documents.byStep',
  });
});

describe('of several shapes, the one that the input comes nearest to is judged', () => {
  test('none has the right type: the types that would do are named', () => {
    expect(faults(putDocumentInput, { runId, kind: 'd', text: 5 })).toEqual({
      text: 'must be a text or an object',
    });
  });

  test('one has the right type: its faults are named', () => {
    expect(faults(putDocumentInput, { runId, kind: 'd', text: { blob: 'x' } })).toEqual({
      'text.blob': 'must be <sha256>.<utf8|utf16le|binary>',
    });
    expect(faults(startRunInput, { key: 'k', workflow: { name: 'w', versoin: 1 } })).toEqual({
      'workflow.versoin': 'is not a known field',
    });
  });

  test('several have the right type: the one with the fewest fields missing', () => {
    expect(faults(getDocumentInput, { runId, key: 'login' })).toEqual({ kind: 'is required' });
    expect(faults(getDocumentInput, { documentId: 'x' })).toEqual({ documentId: 'must be a UUID' });
  });

  test('an empty text or a name', () => {
    const step = (key: unknown) => ({ runId, kind: 'd', text: '', step: { name: 's', key } });
    expect(faults(putDocumentInput, step(2))).toEqual({ 'step.key': 'must be a text' });
    expect(faults(putDocumentInput, step('k\n'))).toEqual({ 'step.key': 'must not hold control characters' });
  });

  test('a missing one is required', () => {
    expect(faults(putDocumentInput, { runId, kind: 'd' })).toEqual({ text: 'is required' });
  });
});

test('a thousand faults are told in a hundred', () => {
  const input = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`f${n}`, n]));
  expect(Object.keys(faults(listRunsInput, input))).toHaveLength(100);
});
