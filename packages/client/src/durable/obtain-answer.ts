import type { Parse } from '@stepledger/contract';
import { notStored } from '../errors/client-errors.ts';
import { ExchangeWriter } from '../recording/exchange-writer.ts';
import { toFailureText } from '../recording/failure-text.ts';
import { pause } from '../recording/timers.ts';
import { textOfExchange } from '../reparse/exchange-text.ts';
import { bindFetch, type CallContext, collectAnswer, type UnreadAnswer } from './ask-llm.ts';
import type { Execution } from './execute.ts';

/** An answer that is in the ledger. */
export interface StoredAnswer {
  exchangeId: string;
  raw: string;
  /** How it was read before. */
  parses: readonly Parse[];
  /** Whether the LLM was asked for it just now. */
  called: boolean;
}

interface Asked {
  memoKey: string;
  attempt: number;
  previous: UnreadAnswer | null;
}

const LEASE_SECONDS = 15;
/** The longest pause between two looks at an exchange that another process works on. */
const MAX_PAUSE_MS = 1_000;
/** An answer that is safe in the spool waits this long for a server that restarts, before `execute` gives up. */
const DELIVERY_BUDGET_MS = 60_000;

/**
 * The answer that the ledger holds under the memo key, or else the LLM's, stored before it is returned.
 *
 * While another process asks for the same answer this one waits for it; when that process is silent for longer than its
 * lease, this one takes over.
 */
export async function obtainAnswer(execution: Execution, asked: Asked): Promise<StoredAnswer> {
  const { context, input, prompt, runId, step, uses, signal } = execution;
  const { provider, model, parameters, metadata, force = false, leaseSeconds = LEASE_SECONDS } = input;
  const open = {
    runId,
    step,
    ...prompt,
    uses,
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
    ...(parameters && { parameters }),
    ...(metadata && { metadata }),
    leaseSeconds,
    memoKey: asked.memoKey,
    force,
  };
  while (true) {
    const { created, status, exchangeId, leaseRemainingMs } = await context.features.exchanges.open(open, {
      signal,
    });
    if (created) return askAndStore(execution, { ...asked, exchangeId, leaseMs: leaseSeconds * 1000 });
    if (status === 'completed') {
      const exchange = await context.features.exchanges.get({ exchangeId }, { signal });
      const raw = await textOfExchange(exchange, context.blobs, { signal });
      return { exchangeId, raw, parses: exchange.parses, called: false };
    }
    await pause(Math.min((leaseRemainingMs ?? 0) + 20, MAX_PAUSE_MS), signal);
    signal.throwIfAborted();
  }
}

async function askAndStore(
  execution: Execution,
  { exchangeId, leaseMs, attempt, previous }: Asked & { exchangeId: string; leaseMs: number },
): Promise<StoredAnswer> {
  const { context, input, runId, prompt, signal } = execution;
  const { features, recorder } = context;
  const writer = new ExchangeWriter({ features, outbox: recorder.outbox, exchangeId, leaseMs });
  writer.keepAlive();
  const { llmFetch } = recorder;
  const bound = bindFetch(writer, llmFetch);
  const began = Date.now();
  const timing = () => ({ startedAt: new Date(began).toISOString(), totalMs: Date.now() - began });
  const messages = prompt.messages.map(({ format = 'text', ...message }) => ({ ...message, format }));
  const call: CallContext = {
    messages: messages as CallContext['messages'],
    fetch: context.replay?.wrap({ recorded: bound.fetch, live: llmFetch }) ?? bound.fetch,
    signal,
    exchangeId,
    attempt,
    previous,
  };

  const work = async (): Promise<string> => {
    let raw: string;
    try {
      raw = await collectAnswer(input.call(call), { writer, bound, signal });
      if (typeof raw !== 'string')
        throw new TypeError('call must answer a text or an async iterable of texts');
    } catch (error) {
      await bound.settle();
      await writer.close({ error: toFailureText(error), ...timing() });
      throw error;
    }
    await bound.settle();
    const { sent, error } = await writer.close({ response: raw, ...timing() }, { report: false });
    if (sent === 'lost' && error !== undefined) throw error;
    if (sent !== 'stored') await deliver(execution, error);
    return raw;
  };
  const working = work();
  recorder.track({ runId, exchangeId, done: working, closeIfIdle: () => undefined });
  return { exchangeId, raw: await working, parses: [], called: true };
}

/** Waits until what is in the spool is in the ledger. @throws NOT_STORED */
async function deliver({ context, signal }: Execution, cause: unknown): Promise<void> {
  const until = Date.now() + DELIVERY_BUDGET_MS;
  while (true) {
    const spooled = await context.recorder.outbox.deliver();
    if (spooled === 0) return;
    if (Date.now() >= until || signal.aborted)
      throw notStored({ inFlight: [], spooled, failures: [] }, cause);
    await pause(MAX_PAUSE_MS, signal);
  }
}
