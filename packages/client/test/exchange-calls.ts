import type { Features } from '../src/calls/features.ts';
import { Recorder } from '../src/recording/recorder.ts';
import { createMemorySpool } from '../src/spool/memory-spool.ts';

export interface ExchangeCall {
  method: string;
  input: Record<string, unknown>;
}

type Answer = (call: ExchangeCall) => unknown;

/** A ledger that takes every call of `exchanges` and remembers it; `answer` says what comes back. */
export function createExchangeCalls(answer: Answer = () => ({})) {
  const calls: ExchangeCall[] = [];
  const exchanges = new Proxy(
    {},
    {
      get: (_, method: string) => async (input: Record<string, unknown>) => {
        const call = { method, input };
        calls.push(call);
        return answer(call);
      },
    },
  );
  const features = { exchanges } as unknown as Features;
  const failures: unknown[] = [];
  const recorder = new Recorder({
    features,
    spool: createMemorySpool(),
    llmFetch: () => Promise.reject(new Error('No LLM')),
    onFailure: (failure) => void failures.push(failure),
  });
  return {
    features,
    recorder,
    failures,
    calls,
    methods: () => calls.map(({ method }) => method),
    inputsOf: (method: string) => calls.filter((call) => call.method === method).map(({ input }) => input),
  };
}
