import { spawn } from 'node:child_process';
import { readFile, mkdir, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
test('scratch', { timeout: 60000 }, async () => {
  await using server = await startTestServer();
  const markdown = await readFile('docs/ledger.md', 'utf8');
  const code = Array.from(markdown.matchAll(/^```ts\n(.*?)^```$/gms), ([, c]) => c).join('\n');
  await mkdir('tests/.reports/scratch', { recursive: true });
  await writeFile('tests/.reports/scratch/p.ts', code);
  const child = spawn(process.execPath, ['tests/.reports/scratch/p.ts'], { env: { ...process.env, STEPLEDGER_URL: server.url } });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  console.log(out, err);
  expect(1).toBe(1);
});
