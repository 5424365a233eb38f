import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteLog } from './byte-log.ts';
import { type BodyEnd, type PumpOptions, pumpBody } from './pump-body.ts';

const MEGABYTE = 1024 * 1024;

function open(body: ReadableStream<Uint8Array>, given: Partial<PumpOptions> = {}) {
  const recorded: Uint8Array[] = [];
  const ends: BodyEnd[] = [];
  let onEnd: (end: BodyEnd) => void = () => undefined;
  const ended = new Promise<BodyEnd>((resolve) => {
    onEnd = resolve;
  });
  const log = new ByteLog(16 * MEGABYTE);
  const stream = pumpBody(body, {
    log,
    signal: null,
    isOver: () => false,
    onArrival: (_, kept) => recorded.push(...kept),
    onEnd: (end) => {
      ends.push(end);
      onEnd(end);
    },
    ...given,
  });
  return { stream, ended, ends, log, recorded: () => Buffer.concat(recorded) };
}

function streamOf(chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  const queue = chunks.values();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = queue.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** A body that gives what it is told to. */
function manualBody() {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  const cancelled: unknown[] = [];
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel(reason) {
      cancelled.push(reason);
    },
  });
  return {
    body,
    cancelled,
    give: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    close: () => controller?.close(),
    fail: (error: unknown) => controller?.error(error),
  };
}

/** Lets everything happen that waits for nothing but its turn. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('any bytes in any chunks arrive the same at the consumer and the recorder', async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(chunks, async (given) => {
      const { stream, ended, recorded } = open(streamOf(given));
      const all = Buffer.concat(given);
      expect((await readAll(stream)).equals(all)).toBe(true);
      expect(await ended).toEqual({ how: 'closed' });
      expect(recorded().equals(all)).toBe(true);
    }),
  );
});

test('a reader with buffers of its own gets the same bytes, and its buffers back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 50 })),
      fc.integer({ min: 1, max: 20 }),
      async (given, size) => {
        const { stream, recorded } = open(streamOf(given));
        const reader = stream.getReader({ mode: 'byob' });
        const read: Uint8Array[] = [];
        for (;;) {
          const { done, value } = await reader.read(new Uint8Array(size));
          if (done) break;
          read.push(value.slice());
          structuredClone(value, { transfer: [value.buffer] });
        }
        const all = Buffer.concat(given);
        expect([Buffer.concat(read).equals(all), recorded().equals(all)]).toEqual([true, true]);
      },
    ),
  );
});

test('a chunk reaches a waiting consumer by itself, before the next one comes', async () => {
  const { body, give } = manualBody();
  const reader = open(body).stream.getReader();
  for (const text of ['a', 'bc', 'd']) {
    const next = reader.read();
    give(text);
    expect(Buffer.from((await next).value ?? []).toString()).toBe(text);
  }
});

test('a consumer that never reads does not keep the body from being recorded', async () => {
  const all = Buffer.alloc(10 * MEGABYTE, 'x');
  const chunks = Array.from({ length: 100_000 }, (_, index) => all.subarray(index * 100, index * 100 + 100));
  const { ended, recorded } = open(streamOf(chunks));
  expect(await ended).toEqual({ how: 'closed' });
  expect(recorded().length).toBe(100_000 * 100);
});

test('the pump is at most 16 MiB and a chunk ahead of its consumer, and goes on as that reads', async () => {
  let given = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (given === 40) controller.close();
        else controller.enqueue(new Uint8Array(MEGABYTE).fill(given++));
      },
    },
    { highWaterMark: 0 },
  );
  const { stream, ended, log } = open(body);
  while (given < 16) await settled();
  await settled();
  expect([given, log.ahead]).toEqual([16, 16 * MEGABYTE]);

  const reader = stream.getReader();
  const read: Uint8Array[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    read.push(next.value);
    expect(log.ahead).toBeLessThanOrEqual(17 * MEGABYTE);
  }
  expect(await ended).toEqual({ how: 'closed' });
  const all = Buffer.concat(read);
  expect([all.length, log.total, log.kept]).toEqual([40 * MEGABYTE, 40 * MEGABYTE, 16 * MEGABYTE]);
  for (let index = 0; index < 40; index++) expect(all[index * MEGABYTE + 7]).toBe(index);
});

test('bodies in one-byte chunks are held without a cost for each chunk', async () => {
  const { body, give, close } = manualBody();
  const { stream, ended, log } = open(body);
  for (let count = 0; count < 5000; count++) give('x');
  close();
  await ended;
  const reader = stream.getReader();
  expect((await reader.read()).value?.length).toBe(5000);
  expect((await reader.read()).done).toBe(true);
  expect(log.ahead).toBe(0);
});

test('an error reaches the consumer as the same object, after the bytes before it', async () => {
  const { body, give, fail } = manualBody();
  const { stream, ended } = open(body);
  const error = new TypeError('terminated');
  give('a');
  await settled();
  fail(error);
  expect(await ended).toEqual({ how: 'broken', error });
  const reader = stream.getReader();
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('a');
  expect(await reader.read().catch((reason: unknown) => reason)).toBe(error);
});

test('an abort reaches the consumer at once, also when all bytes are here', async () => {
  for (const isOver of [true, false]) {
    const { body, give, close, fail } = manualBody();
    const abort = new AbortController();
    const { stream, ended } = open(body, { signal: abort.signal });
    give('a');
    await settled();
    if (isOver) close();
    await settled();
    abort.abort(new Error('enough'));
    if (!isOver) fail(abort.signal.reason);
    await ended;
    expect(
      await stream
        .getReader()
        .read()
        .catch((reason: unknown) => reason),
    ).toBe(abort.signal.reason);
  }
});

test('a cancel before the end of the answer cancels the body for the same reason', async () => {
  const { body, give, cancelled } = manualBody();
  const { stream, ended, recorded } = open(body);
  give('a');
  await settled();
  await stream.cancel('enough');
  expect([await ended, cancelled, recorded().toString()]).toEqual([{ how: 'cancelled' }, ['enough'], 'a']);
});

test('a cancel after the end of the answer does not keep what follows from being recorded', async () => {
  const { body, give, close, cancelled } = manualBody();
  const { stream, ended, recorded } = open(body, { isOver: () => true });
  give('done');
  await settled();
  await stream.cancel('enough');
  give('\n');
  await settled();
  close();
  expect([await ended, cancelled, recorded().toString()]).toEqual([{ how: 'closed' }, [], 'done\n']);
});

test('a body that stays open after the end of the answer ends the recording, and is closed once nobody reads it', async () => {
  const left = manualBody();
  const abandoned = open(left.body, { isOver: () => true });
  left.give('done');
  await settled();
  await abandoned.stream.cancel();
  expect(await abandoned.ended).toEqual({ how: 'quiet' });
  expect(left.cancelled).toEqual([undefined]);

  const { body, give, close, cancelled } = manualBody();
  const { stream, ended, ends, recorded } = open(body, { isOver: () => true });
  give('done');
  expect(await ended).toEqual({ how: 'quiet' });
  give('more');
  close();
  expect((await readAll(stream)).toString()).toBe('donemore');
  expect([ends.length, cancelled, recorded().toString()]).toEqual([1, [], 'done']);
});

test('a platform without byte streams gets a stream all the same, which reads as far ahead', async () => {
  const Native = globalThis.ReadableStream;
  const body = streamOf([Uint8Array.of(1), Uint8Array.of(2)]);
  globalThis.ReadableStream = new Proxy(Native, {
    construct(target, given: [{ type?: string }?]) {
      if (given[0]?.type === 'bytes') throw new TypeError('not supported');
      return Reflect.construct(target, given);
    },
  });
  const opened = open(body);
  globalThis.ReadableStream = Native;
  expect(await opened.ended).toEqual({ how: 'closed' });
  expect(opened.log.ahead).toBe(2);
  expect(await readAll(opened.stream)).toEqual(Buffer.of(1, 2));
});

test('a chunk that is no bytes breaks the body, as it breaks every reader of a response', async () => {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue('text');
    },
  });
  const { stream, ended } = open(body);
  expect(await ended).toMatchObject({ how: 'broken', error: expect.any(TypeError) });
  await expect(readAll(stream)).rejects.toThrow(TypeError);
});
