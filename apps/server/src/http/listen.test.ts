import { createServer } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { StartError } from '../start-error.ts';
import { listen } from './listen.ts';

const opened: ReturnType<typeof createServer>[] = [];

function newServer() {
  const server = createServer();
  opened.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function refusal(listening: Promise<number>): Promise<{ code: string; message: string }> {
  const error: unknown = await listening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StartError)) throw new Error('expected a StartError');
  return { code: error.code, message: error.message };
}

test('port 0 takes any free port', async () => {
  expect(await listen(newServer(), '127.0.0.1', 0)).toBeGreaterThan(0);
});

test('where nobody named a port, two servers take two ports near each other', async () => {
  const first = await listen(newServer(), '127.0.0.1', undefined);
  const second = await listen(newServer(), '127.0.0.1', undefined);
  expect(second).toBeGreaterThan(first);
  expect(first).toBeGreaterThanOrEqual(4400);
  expect(second).toBeLessThan(4500);
});

test('a named port that is taken is refused by its number', async () => {
  const port = await listen(newServer(), '127.0.0.1', 0);
  const { code, message } = await refusal(listen(newServer(), '127.0.0.1', port));
  expect(code).toBe('PORT_TAKEN');
  expect(message).toContain(`Port ${port} of 127.0.0.1 is taken by another program`);
});

test('an address of another machine is refused with its reason', async () => {
  const { code, message } = await refusal(listen(newServer(), '192.0.2.1', 0));
  expect(code).toBe('CANNOT_LISTEN');
  expect(message).toContain('this machine does not have that address');
});
