import { notStored } from '../errors/client-errors.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';
import { startClock } from '../recording/capture-attempt.ts';
import { ExchangeWriter } from '../recording/exchange-writer.ts';
import { toFailureText } from '../recording/failure-text.ts';
import { pause } from '../recording/timers.ts';
import { type CallContext, collectAnswer, type UnreadAnswer } from './ask-llm.ts';
import { type BoundFetch, bindFetch } from './bind-fetch.ts';
import { type Execution, toOpen } from './execution.ts';

interface Asking {
  exchangeId: string;
  leaseMs: number;
  attempt: number;
  previous: UnreadAnswer | null;
}

/** Between two deliveries of an answer that is safe in the spool. */
const PAUSE_MS = 1_000;
/** So long it waits there for a server that restarts, before `execute` gives up. */
const DELIVERY_BUDGET_MS = 60_000;
const OVERTAKEN = 'It came after another process had taken its exchange over';

/**
 * Asks the LLM for the answer of an open exchange and stores what it says.
 *
 * @returns the answer; null when another process has taken the exchange over meanwhile: the answer then is kept as that
 * of an exchange of its own.
 * @throws what `call` throws, after it was stored; NOT_STORED; what the ledger refuses the answer with.
 */
export function askAndStore(execution: Execution, asking: Asking): Promise<string | null> {
  const { context, runId } = execution;
  const { exchangeId, leaseMs } = asking;
  const { features, recorder } = context;
  const writer = new ExchangeWriter({ features, outbox: recorder.outbox, exchangeId, leaseMs });
  writer.keepAlive();
  const work = askThenStore(execution, asking, writer);
  recorder.track({ runId, exchangeId, done: work, closeIfIdle: () => undefined });
  return work;
}

async function askThenStore(
  execution: Execution,
  asking: Asking,
  writer: ExchangeWriter,
): Promise<string | null> {
  const { recorder } = execution.context;
  const bound = bindFetch(writer, { recorder, llmFetch: recorder.llmFetch });
  const startedAt = new Date().toISOString();
  const clock = startClock();
  const timing = () => ({ startedAt, totalMs: clock() });
  const said: string[] = [];
  let raw: string;
  try {
    raw = await ask(execution, { asking, bound, said });
  } catch (error) {
    await bound.settle();
    const part = said.length > 0 && !bound.isUsed ? { response: said.join('') } : {};
    await writer.close({ error: toFailureText(error), ...part, ...timing() });
    throw error;
  }
  await bound.settle();
  const { sent, error } = await writer.close({ response: raw, ...timing() }, { report: false });
  if (sent === 'stored') return raw;
  if (sent === 'spooled' && (await isDelivered(execution, { exchangeId: writer.exchangeId, error }))) {
    return raw;
  }
  if (sent === 'lost' && !isLedgerError(error, 'INVALID_STATE')) {
    await writer.close({ error: toFailureText(error), ...timing() });
    throw error;
  }
  await keepOvertaken(execution, { raw, ...timing() });
  return null;
}

function ask(
  { context, input, prompt, signal }: Execution,
  { asking, bound, said }: { asking: Asking; bound: BoundFetch; said: string[] },
): Promise<string> {
  const { exchangeId, attempt, previous } = asking;
  const messages = prompt.messages.map(({ format = 'text', ...message }) => ({ ...message, format }));
  const live = context.recorder.llmFetch;
  const call: CallContext = {
    messages: messages as CallContext['messages'],
    fetch: context.replay?.wrap({ recorded: bound.fetch, live }) ?? bound.fetch,
    signal,
    exchangeId,
    attempt,
    previous,
  };
  const onPiece = (piece: string) => {
    said.push(piece);
    bound.streamPiece(piece);
  };
  return collectAnswer(input.call(call), { signal, onPiece });
}

/** Waits until what is in the spool is with the ledger; false when that has refused it. @throws NOT_STORED */
async function isDelivered(
  { context, signal }: Execution,
  { exchangeId, error }: { exchangeId: string; error: unknown },
): Promise<boolean> {
  const { outbox } = context.recorder;
  const until = Date.now() + DELIVERY_BUDGET_MS;
  for (;;) {
    await outbox.deliver();
    if (outbox.waiting === 0) break;
    if (Date.now() >= until || signal.aborted)
      throw notStored({ inFlight: [], spooled: outbox.waiting, failures: [] }, error);
    await pause(PAUSE_MS, signal);
  }
  const { status } = await context.features.exchanges.get({ exchangeId });
  return status === 'completed';
}

/** It was paid for, so it is kept, as failed: nobody looks for it, and whoever has taken over asks himself. */
async function keepOvertaken(
  execution: Execution,
  { raw, ...timing }: { raw: string; startedAt: string; totalMs: number },
): Promise<void> {
  const late = { ...toOpen(execution), ...timing, response: raw, error: OVERTAKEN };
  await execution.context.features.exchanges.record(late);
}
