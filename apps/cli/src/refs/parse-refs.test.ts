import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDocumentRef, formatStepRef, parseAsOf, parseDocumentRef, parseStepRef } from './parse-refs.ts';

const name = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .filter((text) => text.isWellFormed());

test('a document reads back as it was written, whatever stands in its names', () => {
  fc.assert(
    fc.property(name, name, name, (run, kind, key) => {
      expect(parseDocumentRef(formatDocumentRef({ run, kind, key }), { hasRun: false })).toEqual({
        document: { run, kind, key: key === kind ? null : key },
        at: null,
      });
      expect(parseDocumentRef(`${formatDocumentRef({ kind, key })}@r12`, { hasRun: true })).toEqual({
        document: { run: null, kind, key: key === kind ? null : key },
        at: { revision: 12 },
      });
    }),
  );
});

test('a step reads back as it was written', () => {
  fc.assert(
    fc.property(name, fc.oneof(fc.constant(''), name), (stepName, key) => {
      expect(parseStepRef(formatStepRef({ name: stepName, key }))).toEqual({ name: stepName, key });
    }),
  );
});

test('a document is named by an id, and a version, a revision or nothing follows', () => {
  const id = '0192d3a4-5b6c-7d8e-9f00-112233445566';
  expect(parseDocumentRef(`${id}@3`, { hasRun: false })).toEqual({ document: { id }, at: { version: 3 } });
  expect(() => parseDocumentRef('todo/design@x', { hasRun: false })).toThrow('must be a version');
  expect(() => parseDocumentRef('design', { hasRun: false })).toThrow('does not name a document');
  expect(() => parseDocumentRef('a/b/c/d', { hasRun: false })).toThrow('does not name a document');
});

test('a past is a revision or a time', () => {
  expect(parseAsOf('r12')).toEqual({ revision: 12 });
  expect(parseAsOf('0')).toEqual({ revision: 0 });
  expect(parseAsOf('2026-11-27T10:00:00+01:00')).toEqual({ time: '2026-11-27T09:00:00.000Z' });
  expect(() => parseAsOf('yesterday')).toThrow('neither a revision');
});
