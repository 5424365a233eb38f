import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Stepledger } from '@stepledger/client';
import type { Exchange } from '@stepledger/contract';
import {
  type Behaviour,
  defaultAnswer,
  type LlmEndpoint,
  startLlmEndpoint,
  startTestServer,
  textOfBytes,
} from '@stepledger/testing';
import { describe, expect, test, vi } from 'vitest';
import { aiSdkCases } from './support/ai-sdk.ts';
import { anthropic } from './support/anthropic.ts';
import { ollamaChat, ollamaGenerate } from './support/ollama.ts';
import { openaiChat, openaiResponses } from './support/openai.ts';
import type { SdkCase } from './support/sdk-case.ts';
import { SDK_CASES } from './support/sdk-cases.ts';
import { expectExact, readBody, readExchanges } from './support/stored.ts';

const MIB = 2 ** 20;
/** Ten megabytes through an endpoint, an SDK, a recorder and a database, on a busy machine. */
const LARGE_MS = 120_000;

/** One SDK of each protocol. */
const PROTOCOLS = [
  openaiChat,
  openaiResponses,
  anthropic,
  ollamaChat,
  ...aiSdkCases.filter(({ provider }) => provider === 'google'),
];

interface Recorded {
  text: string;
  exchange: Exchange;
  ledger: Stepledger;
  endpoint: LlmEndpoint;
}

/** Calls an SDK once through a recording fetch and hands over what its caller and what the ledger got. */
async function record(
  sdk: SdkCase,
  { stream, behave }: { stream: boolean; behave: Behaviour },
  check: (recorded: Recorded) => Promise<void>,
): Promise<void> {
  await using server = await startTestServer({ client: { spool: false } });
  await using endpoint = await startLlmEndpoint({ behave });
  const { ledger } = server;
  const run = await ledger.run({ key: 'todo-app' });
  const { text } = await sdk.call(run.step('design_step').fetch, endpoint.url, { stream });
  await ledger.flush();
  const [exchange, ...others] = await readExchanges(ledger, run.id);
  expect(others).toEqual([]);
  if (exchange === undefined) throw new Error('There is no exchange');
  await check({ text, exchange, ledger, endpoint });
}

async function expectWhole({ exchange, ledger, endpoint }: Recorded): Promise<void> {
  expect(exchange.status).toBe('completed');
  expect(exchange.attempts).toHaveLength(1);
  await expectExact(ledger, exchange.attempts[0], endpoint.requests[0]);
}

describe.each(SDK_CASES)('$sdk', (sdk) => {
  test.each(['torn', { bytes: 1 }] as const)(
    'a stream that arrives in chunks is recorded exactly: %o',
    (chunks) =>
      record(sdk, { stream: true, behave: { chunks } }, async (recorded) => {
        expect(recorded.text).toBe(defaultAnswer(recorded.endpoint.requests[0] ?? { sha256: '' }));
        await expectWhole(recorded);
      }),
  );

  test('an answer that travels compressed is recorded as its caller reads it', () =>
    record(sdk, { stream: false, behave: { gzip: true } }, async (recorded) => {
      expect(recorded.text).toBe(defaultAnswer(recorded.endpoint.requests[0] ?? { sha256: '' }));
      await expectWhole(recorded);
    }));
});

describe.each(PROTOCOLS)('$sdk', (sdk) => {
  test('an answer of 10 MB is recorded exactly as JSON', { timeout: LARGE_MS }, async () => {
    const text = textOfBytes(10_000_000);
    await record(sdk, { stream: false, behave: { text } }, async (recorded) => {
      expect(recorded.text === text).toBe(true);
      await expectWhole(recorded);
    });
  });

  test('an answer of 10 MB is recorded exactly as a stream', { timeout: LARGE_MS }, async () => {
    // The events of responses say the whole text five times.
    const text = textOfBytes(sdk === openaiResponses ? 2_000_000 : 10_000_000);
    await record(sdk, { stream: true, behave: { text, pieceLength: 10_000 } }, async (recorded) => {
      expect(recorded.text === text).toBe(true);
      await expectWhole(recorded);
    });
  });
});

test.each([openaiChat, anthropic, ollamaChat])(
  '$sdk: 100,000 chunks are recorded exactly',
  {
    timeout: LARGE_MS,
  },
  async (sdk) => {
    const text = textOfBytes(1_000_000);
    const behave: Behaviour = { text, pieceLength: 40, chunks: { count: 100_000 } };
    await record(sdk, { stream: true, behave }, async (recorded) => {
      expect(recorded.text === text).toBe(true);
      await expectWhole(recorded);
    });
  },
);

test('an answer beyond 16 MiB reaches its caller whole, and its exchange says what is missing', {
  timeout: LARGE_MS,
}, async () => {
  const text = textOfBytes(18_000_000);
  await record(
    openaiChat,
    { stream: false, behave: { text } },
    async ({ exchange, ledger, endpoint, ...seen }) => {
      expect(seen.text === text).toBe(true);
      const sent = endpoint.requests[0]?.answer?.body;
      const stored = await readBody(ledger, exchange.attempts[0]?.response ?? null);
      expect(stored.equals(sent?.subarray(0, 16 * MIB) ?? stored.subarray(1))).toBe(true);
      expect(exchange.status).toBe('failed');
      expect(exchange.error).toContain(`${sent?.length}`);
    },
  );
});

// Of the SDKs, these stop reading at the end mark; the others wait for the end of the connection.
test.each([openaiChat, ollamaChat, ollamaGenerate])(
  '$sdk: a stream that stays open after its end mark is completed',
  (sdk) =>
    record(sdk, { stream: true, behave: { cut: { at: 'end', by: 'hang' } } }, async (recorded) => {
      expect(recorded.text).toBe(defaultAnswer(recorded.endpoint.requests[0] ?? { sha256: '' }));
      await expectWhole(recorded);
    }),
);

test('equal calls at the same time, and one after another, are exchanges of their own', async () => {
  await using server = await startTestServer({ client: { spool: false } });
  await using endpoint = await startLlmEndpoint();
  const { ledger } = server;
  const run = await ledger.run({ key: 'todo-app' });
  const { fetch } = run.step('design_step');
  const call = () => openaiChat.call(fetch, endpoint.url, { stream: true });
  await Promise.all([call(), call(), call()]);
  await call();
  await ledger.flush();

  const exchanges = await readExchanges(ledger, run.id);
  expect(exchanges.map(({ status, attempts }) => [status, attempts.length])).toEqual(
    exchanges.map(() => ['completed', 1]),
  );
  expect(exchanges).toHaveLength(4);
  // Equal bodies are stored once.
  expect(new Set(exchanges.map(({ attempts }) => attempts[0]?.request?.id)).size).toBe(1);
});

test('a prompt is in the ledger before it reaches the LLM, and what has arrived can be read while it arrives', async () => {
  await using server = await startTestServer({ client: { spool: false } });
  const { ledger } = server;
  const run = await ledger.run({ key: 'todo-app' });
  await using endpoint = await startLlmEndpoint({ behave: { cut: { at: 'middle', by: 'hang' } } });
  const controller = new AbortController();
  const call = openaiChat.call(run.step('design_step').fetch, endpoint.url, {
    stream: true,
    signal: controller.signal,
  });
  await vi.waitUntil(() => endpoint.requests[0]?.answer?.state === 'hanging');
  await nextTurn();

  const [open] = await readExchanges(ledger, run.id);
  expect(open?.messages.length).toBeGreaterThan(0);
  const half = endpoint.requests[0]?.answer?.body;
  const arrived = await vi.waitUntil(async () => {
    const received = await ledger.exchanges.received({ exchangeId: open?.id ?? '' });
    return received.size === half?.length && received;
  });
  expect(arrived.status).toBe('streaming');
  expect(Buffer.from(arrived.bytes.base64, 'base64').equals(half ?? Buffer.alloc(0))).toBe(true);

  controller.abort();
  await call;
  await ledger.flush();
});
