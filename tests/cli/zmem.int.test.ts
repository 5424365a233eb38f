import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { MAIN } from './support/run-cli.ts';

test('large', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  const run = await ledger.run({ key: 'big' });
  const record = (n: number) =>
    run.step('code', { key: String(n % 5) }).record({
      prompt: `do ${n}`,
      response: `done ${n}`,
      usage: { inputTokens: 10, outputTokens: 5 },
      documents: [{ kind: 'code', key: `f${n}`, text: `x${n}` }],
    });
  let n = 0;
  for (const until of [2000, 16000]) {
    for (; n < until; n += 500) await Promise.all(Array.from({ length: 500 }, (_, i) => record(n + i)));
    for (const args of [
      ['show', 'big'],
      ['show', 'big', '--all'],
      ['show', 'big', '--json'],
      ['log', 'big'],
    ]) {
      const t = Date.now();
      const { stdout, stderr } = await promisify(execFile)(
        '/usr/bin/time',
        ['-v', process.execPath, '--max-old-space-size=64', MAIN, ...args],
        { env: { ...process.env, STEPLEDGER_URL: server.url, FORCE_COLOR: '0' }, maxBuffer: 2 ** 30 },
      );
      console.log(
        until,
        args.join(' '),
        Date.now() - t,
        'ms',
        stdout.split('\n').length,
        'lines',
        /Maximum resident.*: (\d+)/.exec(stderr)?.[1],
        'KB',
        /User time.*: (.*)/.exec(stderr)?.[1],
      );
    }
  }
  expect(1).toBe(1);
}, 600_000);
