import { LedgerError, LIMITS } from '@stepledger/contract';
import { TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { call, createDoor, post } from '../test/door.ts';
import { ledgerErrorOf } from './wire-errors.ts';

describe('how failures travel', () => {
  const throwing = (error: unknown) => () => {
    throw error;
  };

  test('a LedgerError keeps code, details and status', async () => {
    const details = { type: 'document', id: 'd1', expected: 1, actual: 2 };
    const door = createDoor(throwing(new LedgerError('VERSION_CONFLICT', details)));
    const answer = await call(await door.as('writer'), 'runs.update', post({ runId: crypto.randomUUID() }));
    expect(answer).toMatchObject({
      status: 409,
      ledger: { code: 'VERSION_CONFLICT', details, requestId: 'r1' },
    });
    expect(answer.ledger?.message).toContain('at version 2, not 1');
    expect(door.warned).toEqual([]);
  });

  test('an undeclared code still reaches the caller, and the log says so', async () => {
    const door = createDoor(throwing(new LedgerError('PURGED', { type: 'run', id: 'r', version: 1 })));
    const answer = await call(await door.as('reader'), 'runs.list', post({}));
    expect(answer.ledger?.code).toBe('PURGED');
    expect(door.warned).toEqual(['{"requestId":"r1","path":"runs.list","code":"PURGED"}']);
  });

  test('anything unforeseen is INTERNAL with a request id, and its message stays with us', async () => {
    const cause = Object.assign(new Error('insert into t values (my secret text)'), {
      code: '23505',
      detail: 'Key (name)=(my secret text)',
      constraint: 'run_key_unique',
    });
    const door = createDoor(throwing(new Error('my secret text', { cause })));
    const answer = await call(await door.as('reader'), 'runs.list', post({}));
    expect(answer).toMatchObject({
      status: 500,
      ledger: { code: 'INTERNAL', details: { requestId: 'r1' }, requestId: 'r1' },
    });
    const [failure = ''] = door.failed;
    expect(answer.body + failure).not.toContain('secret');
    expect(answer.body).not.toContain('.ts:');
    expect(failure).toContain('wire-errors.test.ts:');
    expect(failure).toContain('"code":"23505","constraint":"run_key_unique"');
  });

  test('an answer that does not fit its schema is our fault, named by field without its value', async () => {
    const door = createDoor(() => ({ items: [{ metadata: { 'my secret': 1 } }], nextCursor: null }));
    const answer = await call(await door.as('reader'), 'runs.list', post({}));
    expect(answer).toMatchObject({ status: 500, ledger: { code: 'INTERNAL' } });
    expect(door.failed[0]).toContain('items.0.id: invalid_type');
    expect(answer.body + door.failed.join('')).not.toContain('secret');
  });

  test('a bad input names its fields and is no failure of ours', async () => {
    const door = createDoor();
    const answer = await call(await door.as('writer'), 'runs.start', post({ key: '', foo: 1 }));
    expect(answer).toMatchObject({
      status: 400,
      ledger: {
        code: 'BAD_INPUT',
        message: 'Bad input: key must not be empty; foo is not a known field',
        details: {
          issues: [
            { path: 'key', reason: 'must not be empty' },
            { path: 'foo', reason: 'is not a known field' },
          ],
        },
      },
    });
    expect(door.failed).toEqual([]);
  });

  const own: [string, string, RequestInit, number, object][] = [
    [
      'no such procedure',
      'runs.destroy',
      post({}),
      404,
      { code: 'NOT_FOUND', details: { type: 'procedure', id: 'runs.destroy' } },
    ],
    [
      'a mutation by GET',
      'runs.start',
      {},
      405,
      { code: 'BAD_INPUT', details: { issues: [{ path: 'method', reason: expect.any(String) }] } },
    ],
    [
      'a body that is no JSON',
      'runs.start',
      post('{"key": "my secret'),
      400,
      { code: 'BAD_INPUT', details: { issues: [{ path: '', reason: 'must be JSON' }] } },
    ],
    [
      'another content type',
      'runs.start',
      post('key=k', { 'content-type': 'text/plain' }),
      415,
      {
        code: 'BAD_INPUT',
        details: { issues: [{ path: 'content-type', reason: 'must be application/json' }] },
      },
    ],
    [
      'queries and mutations in one batch',
      'runs.list,runs.start?batch=1',
      post({}),
      400,
      { code: 'BAD_INPUT' },
    ],
  ];
  test.each(own)("tRPC's own: %s", async (_, path, request, status, ledger) => {
    const door = createDoor();
    const answer = await call(await door.as('writer'), path, request);
    expect(answer).toMatchObject({ status, ledger: { ...ledger, requestId: 'r1' } });
    expect(answer.body).not.toContain('secret');
  });

  test('the limit of a body is told in bytes', () => {
    const error = ledgerErrorOf(new TRPCError({ code: 'PAYLOAD_TOO_LARGE' }), {
      path: undefined,
      requestId: '',
    });
    expect(error).toMatchObject({ code: 'TOO_LARGE', details: { limitBytes: LIMITS.maxBodyBytes } });
  });
});
