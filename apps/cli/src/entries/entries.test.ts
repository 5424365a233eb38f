import type { ChangeDetail, Entry } from '@stepledger/client';
import { expect, test } from 'vitest';
import { describeEntry } from './describe-entry.ts';
import { matches } from './entry-filter.ts';

const nothing: ChangeDetail = { step: null, document: null, status: null, error: null };
const step = { name: 'code', key: '2' };

function entryOf(kind: string, changes: Entry['changes']): Entry {
  return { runId: 'r', revision: 1, at: '2026-11-27T10:00:00.000Z', actor: 'agent', kind, changes };
}

const written = entryOf('exchanges.record', [
  { what: 'exchange', id: 'e', change: 'record', detail: { ...nothing, step, status: 'completed' } },
  { what: 'parse', id: 'p', change: 'completed', detail: { ...nothing, step, status: 'completed' } },
  {
    what: 'document',
    id: 'd',
    change: 'create',
    version: 1,
    detail: { ...nothing, step, document: { kind: 'code', key: 'a/b.ts' }, status: 'draft' },
  },
]);
const failed = entryOf('exchanges.record', [
  {
    what: 'exchange',
    id: 'e',
    change: 'record',
    detail: { ...nothing, step, status: 'failed', error: '\nrate\u001b[31m limit\nmore' },
  },
]);

test('an entry is told in words, with the step, the status and the error in one line', () => {
  expect(describeEntry(written)).toEqual({
    words: 'exchange recorded, parse succeeded, code/a%2Fb.ts@1 created, draft [code:2]',
    error: null,
    failed: false,
  });
  expect(describeEntry(failed)).toEqual({
    words: 'exchange failed [code:2]',
    error: 'rate\\x1b[31m limit',
    failed: true,
  });
});

test('of many changes the first are told, and one whose run is gone by its id', () => {
  const gone = { what: 'document', id: 'some-id', change: 'text', version: 3 };
  expect(describeEntry(entryOf('x', [gone])).words).toBe('some-id@3 saved');
  expect(describeEntry(entryOf('x', Array(1000).fill(gone))).words).toMatch(/saved, and 992 more$/);
});

test('entries are filtered by step, by kind of entry, feature or document, by actor, and by errors', () => {
  const both = [written, failed];
  const found = (filter: Parameters<typeof matches>[1]) => both.map((entry) => matches(entry, filter));
  expect(found({})).toEqual([true, true]);
  expect(found({ step: { name: 'code', key: null } })).toEqual([true, true]);
  expect(found({ step: { name: 'code', key: '' } })).toEqual([false, false]);
  expect(found({ kind: 'exchanges' })).toEqual([true, true]);
  expect(found({ kind: 'exchanges.record' })).toEqual([true, true]);
  expect(found({ kind: 'exchange' })).toEqual([false, false]);
  expect(found({ kind: 'code' })).toEqual([true, false]);
  expect(found({ actor: 'other' })).toEqual([false, false]);
  expect(found({ errors: true })).toEqual([false, true]);
  expect(found({ errors: true, kind: 'code' })).toEqual([false, false]);
});
