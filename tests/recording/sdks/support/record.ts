import type { Stepledger } from '@stepledger/client';
import type { Exchange } from '@stepledger/contract';
import {
  type Behaviour,
  defaultAnswer,
  type LlmEndpoint,
  startLlmEndpoint,
  startTestServer,
} from '@stepledger/testing';
import { expect } from 'vitest';
import type { SdkCase } from './sdk-case.ts';
import { expectExact, readExchanges } from './stored.ts';

export interface Recorded {
  /** What the SDK answered. */
  text: string;
  exchange: Exchange;
  ledger: Stepledger;
  endpoint: LlmEndpoint;
}

/** Calls an SDK once through a recording fetch, and shows what its caller and the ledger got. */
export async function record(
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
  if (exchange === undefined) throw new Error('There is no exchange');
  expect(others).toEqual([]);
  await check({ text, exchange, ledger, endpoint });
}

/** The caller got all that was said, and the ledger all bytes of it; `said` is the endpoint's own when left out. */
export async function expectWhole(
  { text, exchange, ledger, endpoint }: Recorded,
  said = defaultAnswer(endpoint.requests[0] ?? { sha256: '' }),
): Promise<void> {
  // By comparison: a difference of two texts of 10 MB is not worth printing.
  expect(text === said).toBe(true);
  expect(exchange.status).toBe('completed');
  expect(exchange.attempts).toHaveLength(1);
  await expectExact(ledger, exchange.attempts[0], endpoint.requests[0]);
}
