import { expect, test } from 'vitest';
import { toOnceOnlyMutation } from './once-only.ts';

/** A server that does what it is asked once for each idempotency key, and whose answers may get lost on the way. */
function openServer() {
  const done = new Map<unknown, unknown>();
  const server = { log: [] as unknown[], losesAnswers: false };
  const mutate = toOnceOnlyMutation({
    mutation: async (path, input) => {
      const { idempotencyKey, ...fields } = input as Record<string, unknown>;
      if (!done.has(idempotencyKey)) server.log.push(fields['version']);
      done.set(idempotencyKey, path);
      if (server.losesAnswers) throw new Error('lost');
      return null;
    },
  });
  const setLabel = (version: number) => mutate('prompts.setLabel', { label: 'live', version });
  return { server, mutate, setLabel };
}

test('a write whose answer was lost is not done twice when it is tried again', async () => {
  const { server, setLabel } = openServer();
  server.losesAnswers = true;
  await expect(setLabel(3)).rejects.toThrow('lost');
  await expect(setLabel(3)).rejects.toThrow('lost');
  server.losesAnswers = false;
  await setLabel(3);
  expect(server.log).toEqual([3]);
});

test('a write whose answer was lost is done again when another came in between', async () => {
  const { server, setLabel } = openServer();
  server.losesAnswers = true;
  await expect(setLabel(3)).rejects.toThrow('lost');
  server.losesAnswers = false;
  await setLabel(2);
  await setLabel(3);
  expect(server.log).toEqual([3, 2, 3]);
});

test('it is done again too when it was undone in between by another procedure', async () => {
  const { server, mutate, setLabel } = openServer();
  server.losesAnswers = true;
  await expect(setLabel(3)).rejects.toThrow('lost');
  server.losesAnswers = false;
  await mutate('prompts.removeLabel', { label: 'live', version: 'none' });
  await setLabel(3);
  expect(server.log).toEqual([3, 'none', 3]);
});

test.each([
  ['prompts.setLabel', { label: 'other', version: 'other' }],
  ['runs.fork', { version: 'other' }],
])('a write to something else in between (%s) does not have it done twice', async (path, input) => {
  const { server, mutate, setLabel } = openServer();
  server.losesAnswers = true;
  await expect(setLabel(3)).rejects.toThrow('lost');
  server.losesAnswers = false;
  await mutate(path, input);
  await setLabel(3);
  expect(server.log).toEqual([3, 'other']);
});
