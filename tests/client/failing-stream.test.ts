import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const AGENT = `
import { Readable } from 'node:stream';
import { createStepledger } from '@stepledger/client';

const ledger = createStepledger({ url: 'http://127.0.0.1:1', spool: false });
setImmediate(() => {
  const stream = new Readable().destroy(new Error('the disk is gone'));
  ledger.import(stream).catch(({ message }) => console.log(message));
});
`;

// In a process of its own, which the failure of a stream that nobody listens to would end.
test('an import of a stream that fails at once is refused, and the process goes on', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', AGENT], {
    cwd: import.meta.dirname,
  });
  expect(stdout).toBe('the disk is gone\n');
});
