import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Behaviour,
  BROKEN,
  HANGING,
  type LlmEndpoint,
  RATE_LIMITED,
  SERVER_ERROR,
} from '@stepledger/testing';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { SdkCase } from './sdk-case.ts';

/** What an SDK gets into. */
export interface Situation {
  name: 'success' | '429, then success' | '500 with a body' | 'abort in the middle' | 'broken in the middle';
  /** How the first requests are answered. */
  first: Behaviour[];
  /** How all others are. */
  behave: Behaviour;
}

const SITUATIONS: readonly Situation[] = [
  { name: 'success', first: [], behave: {} },
  { name: '429, then success', first: [RATE_LIMITED], behave: {} },
  { name: '500 with a body', first: [], behave: SERVER_ERROR },
  { name: 'abort in the middle', first: [], behave: HANGING },
  { name: 'broken in the middle', first: [], behave: BROKEN },
];

/** Each way of calling an SDK in each situation. */
export const MATRIX = [false, true].flatMap((stream) =>
  SITUATIONS.map((situation) => ({
    mode: stream ? 'stream' : 'JSON',
    stream,
    situation,
    name: situation.name,
  })),
);

/** More than bytes take from socket to socket, and through a fetch to its caller. */
const TURNS = 20;

export interface Play {
  endpoint: LlmEndpoint;
  fetch: typeof globalThis.fetch;
  stream: boolean;
  situation: Situation;
}

/** Calls an SDK once and answers what its caller sees. The endpoint must `behave` as the situation says. */
export async function play(sdk: SdkCase, { endpoint, fetch, stream, situation }: Play): Promise<Outcome> {
  endpoint.next(...situation.first);
  const controller = new AbortController();
  const number = endpoint.requests.length;
  const outcome = outcomeOf(sdk.call(fetch, endpoint.url, { stream, signal: controller.signal }));
  if (situation.name === 'abort in the middle') {
    await endpoint.until((requests) => requests[number]?.answer?.state === 'hanging');
    // The first half is on its way to the client, which shares this process.
    for (let turn = 0; turn < TURNS; turn++) await nextTurn();
    controller.abort();
  }
  return outcome;
}
