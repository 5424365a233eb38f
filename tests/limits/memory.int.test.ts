import { LIMITS } from '@stepledger/contract';
import { createTestDatabase } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { createApi, failureOf } from '../procedures/support/api.ts';
import { runProgram } from '../server/support/run-program.ts';

/** What a server on a small machine may have; it once took 3 GB for one of these. */
const HEAP_MB = 512;
/** As much as a body may hold, but for the fields around; an eighth shows as well whether work is bounded. */
const MOST = LIMITS.maxBodyBytes - 1000;
const MUCH = MOST / 8;

function listOf(item: string): string {
  return `[${`${item},`.repeat(Math.floor(MOST / (item.length + 1)) - 1)}${item}]`;
}

function objectOf(value: string): string {
  const members = Array.from(
    { length: Math.floor(MUCH / (value.length + 12)) },
    (_, index) => `"k${index}":${value}`,
  );
  return `{${members.join(',')}}`;
}

function nested(opening: string, closing: string): string {
  const depth = Math.floor(MUCH / (opening.length + closing.length));
  return `${opening.repeat(depth)}1${closing.repeat(depth)}`;
}

test('megabytes of anything are refused in seconds by a server with little memory, which lives on', {
  timeout: 120_000,
}, async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const program = runProgram({
    args: ['--port', '0'],
    env: { DATABASE_URL: databaseUrl, LOG_LEVEL: 'error', NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` },
  });
  const api = createApi(await program.ready());
  const { runId } = await api.call('runs.start', { key: 'small' });
  const put = `"runId":"${runId}","kind":"design","text":"x"`;
  const open = `"runId":"${runId}","step":{"name":"design_step"},"messages":[{"role":"user","content":"x"}]`;
  const refused: [path: string, json: string, field: string][] = [
    ['documents.put', `{${put},"metadata":{"a":${listOf('0')}}}`, 'metadata'],
    ['documents.put', `{${put},"metadata":${objectOf('1')}}`, 'metadata'],
    ['documents.put', `{${put},"metadata":${nested('{"a":', '}')}}`, 'metadata'],
    ['documents.put', `{${put},"tags":${listOf('1')}}`, 'tags'],
    ['exchanges.open', `{${open},"variables":${objectOf('1')}}`, 'variables'],
    ['documents.putMany', `{"runId":"${runId}","documents":${listOf('""')}}`, 'documents'],
  ];

  for (const [path, json, field] of refused) {
    const began = performance.now();
    const [outcome] = await api.sendMany(path, [json]);
    expect(outcome && failureOf(outcome), `${path} ${field}`).toMatchObject({
      code: 'BAD_INPUT',
      details: {
        issues: expect.arrayContaining([
          { path: expect.stringMatching(`^${field}`), reason: expect.any(String) },
        ]),
      },
    });
    // Seconds on a busy machine; what is not bounded takes minutes or the server's life.
    expect(performance.now() - began).toBeLessThan(15_000);
  }

  expect((await api.call('runs.get', { runId })).revision).toBe(1);
  expect(program.process.exitCode).toBeNull();
});
