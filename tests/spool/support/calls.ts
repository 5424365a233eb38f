import type { SpooledCall } from '@stepledger/client/links';

export const IDENTITY = 'http://127.0.0.1:4400';

/** The calls of an agent: texts and bytes of many sizes, so that a kill meets every part of a line. */
export function callOf(agent: string, number: number): SpooledCall {
  const size = number % 10 === 0 ? 1_000_000 : (number * 7919) % 20_000;
  return {
    path: 'exchanges.append',
    input: {
      agent,
      number,
      idempotencyKey: `${agent}:${number}`,
      text: `\ud800 \u2028\0"\n${number}`,
      bytes: new Uint8Array(size).fill(number),
    },
  };
}
