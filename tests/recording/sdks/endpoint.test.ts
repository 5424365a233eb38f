import { defaultAnswer, type LlmEndpoint, startLlmEndpoint } from '@stepledger/testing';
import { describe, expect, test } from 'vitest';
import { messagesOf, type Outcome } from './support/outcome.ts';
import { SDK_CASES } from './support/sdk-cases.ts';
import { MATRIX, play, type Situation } from './support/situations.ts';

/** What an SDK makes of an answer, by what the endpoint knows. */
function expectOutcome(outcome: Outcome, { requests }: LlmEndpoint, { name }: Situation): void {
  const [first, ...others] = requests;
  const said = defaultAnswer(first ?? { sha256: '' });
  const statuses = requests.map(({ answer }) => answer?.status);
  // A retry sends the same bytes again.
  expect(others.every(({ sha256 }) => sha256 === first?.sha256)).toBe(true);

  if (name === 'success' || name === '429, then success') {
    expect(outcome).toEqual({ text: said });
    expect(statuses).toEqual(name === 'success' ? [200] : [429, 200]);
  } else if (name === '500 with a body') {
    expect(messagesOf(outcome.error ?? fail(outcome)).join()).toContain('The test asked for 500.');
    expect(new Set(statuses)).toEqual(new Set([500]));
  } else if (name === 'abort in the middle') {
    // Some throw, some end the text here.
    const text = outcome.error === undefined ? outcome.text : '';
    expect(said.startsWith(text) && text !== said).toBe(true);
    expect(requests).toHaveLength(1);
  } else {
    expect(messagesOf(outcome.error ?? fail(outcome))).toContain('terminated');
  }
}

function fail(outcome: Outcome): never {
  throw new Error(`Expected an error, not ${JSON.stringify(outcome)}`);
}

describe.each(SDK_CASES)('$sdk', (sdk) => {
  test.each(MATRIX)('speaks $mode with the endpoint: $name', async ({ stream, situation }) => {
    await using endpoint = await startLlmEndpoint({ behave: situation.behave });
    const outcome = await play(sdk, { endpoint, fetch, stream, situation });
    expectOutcome(outcome, endpoint, situation);
    if (situation.name === 'abort in the middle')
      await endpoint.until(([request]) => request?.answer?.state === 'abandoned');
  });

  test.each(['torn', { bytes: 1 }] as const)('reads a stream that arrives in chunks: %o', async (chunks) => {
    await using endpoint = await startLlmEndpoint({ behave: { chunks } });
    const outcome = await sdk.call(fetch, endpoint.url, { stream: true });
    expect(outcome.text).toBe(defaultAnswer(endpoint.requests[0] ?? { sha256: '' }));
  });
});
