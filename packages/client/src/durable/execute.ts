import type { ContextRef, JsonObject } from '@stepledger/contract';
import { toUsedContext, toVersionRef, type UsedDocument } from '../context/used-context.ts';
import type { LedgerContext } from '../context.ts';
import { DocumentHandle } from '../documents/document-handle.ts';
import { stateOfDocument } from '../documents/document-state.ts';
import { parseFailed } from '../errors/client-errors.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';
import { type PromptInput, resolvePrompt } from '../prompts/resolve-prompt.ts';
import { MAX_TIMER_MS } from '../recording/timers.ts';
import { openDeadline } from '../retries/deadline.ts';
import type { CallLlm, UnreadAnswer } from './ask-llm.ts';
import { checkExecuteInput, checkMessages } from './check-input.ts';
import type { ExecuteStep, Execution } from './execution.ts';
import { toMemoKey } from './memo-key.ts';
import { obtainAnswer, type StoredAnswer } from './obtain-answer.ts';
import { type ParserLike, parseAnswer, toParser } from './parse-answer.ts';
import { storeReading } from './store-reading.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface ExecuteInput {
  /** What is sent: a text, messages, or a stored template with its variables. */
  prompt: PromptInput;
  /** The document versions that the step builds on. Each document that it makes is linked to them by `used`. */
  uses?: readonly UsedDocument[] | undefined;
  /**
   * The context that the prompt was built with: its manifest is stored with the exchange, and the documents in it are
   * among `uses`.
   */
  context?: ContextRef | undefined;
  /** Asks the LLM. It is called only once the prompt is in the ledger, and not at all when the answer is. */
  call: CallLlm;
  /** Reads the documents out of the answer, only once that is in the ledger. */
  parse: ParserLike;
  provider?: string | undefined;
  /** The model and parameters that `call` uses: declared here, a change of them makes a new exchange. */
  model?: string | undefined;
  parameters?: JsonObject | undefined;
  metadata?: JsonObject | undefined;
  /** How many answers are asked for, at most, until one can be read. Default 1. */
  maxAttempts?: number | undefined;
  /** Asks again although the answer is stored; the old exchange stays. */
  force?: boolean | undefined;
  /**
   * How long this process may be silent before another one takes the step over, in seconds; it says that it is alive
   * three times as often. Default 15.
   */
  leaseSeconds?: number | undefined;
  signal?: AbortSignal | undefined;
  /** The longest that all of it may take, in milliseconds. Without it, as long as `call` does. */
  timeoutMs?: number | undefined;
}

export interface ExecuteResult {
  /** The documents at the versions that this answer made. */
  documents: DocumentHandle[];
  /** The raw response that was read. */
  response: string;
  exchangeId: string;
  /** Whether the LLM was asked; false when all answers were stored before. */
  called: boolean;
}

/**
 * Takes a step from its prompt to its documents, each phase durable before the next begins.
 *
 * @throws BAD_INPUT; PARSE_FAILED once `maxAttempts` answers could not be read; what `call` throws, after it was
 * stored; NOT_STORED; TIMEOUT, ABORTED.
 */
export async function executeStep(
  context: LedgerContext,
  target: ExecuteStep,
  input: ExecuteInput,
): Promise<ExecuteResult> {
  checkExecuteInput(input);
  const deadline = openDeadline({ timeoutMs: input.timeoutMs ?? MAX_TIMER_MS, signals: [input.signal] });
  const { signal } = deadline;
  const { features, recorder, renderers } = context;
  try {
    if (signal.aborted) throw deadline.error();
    // An answer that an earlier process could not deliver any more is paid for already.
    await unlessAborted(recorder.outbox.deliver(), signal);
    const prompt = await resolvePrompt({ ledger: features, runId: target.runId, renderers }, input.prompt, {
      signal,
    });
    checkMessages(prompt.messages);
    const named = (input.uses ?? []).map(toVersionRef);
    const { context: built, uses = [] } = toUsedContext(input.context, named);
    return await untilRead({ ...target, context, input, built, uses, prompt, signal });
  } catch (error) {
    const isEnded = signal.aborted && (error === signal.reason || isLedgerError(error, 'ABORTED'));
    throw isEnded ? deadline.error() : error;
  } finally {
    deadline.close();
  }
}

async function untilRead(execution: Execution): Promise<ExecuteResult> {
  const { input, signal, prompt } = execution;
  const { model, parameters, maxAttempts = 1 } = input;
  const parser = toParser(input.parse);
  let previous: UnreadAnswer | null = null;
  let called = false;
  for (let attempt = 1; ; attempt++) {
    const memoKey = await toMemoKey({ messages: prompt.messages, model, parameters, attempt });
    const answer = await obtainAnswer(execution, { memoKey, attempt, previous });
    const { exchangeId, raw } = answer;
    called ||= answer.called;
    const stored = await findDocuments(execution, answer);
    if (stored !== null) return { documents: stored, response: raw, exchangeId, called };

    const outcome = await parseAnswer(parser, raw, { exchangeId, signal });
    const read = await storeReading(execution, { answer, parser, outcome });
    if (read.status === 'stored') return { documents: read.documents, response: raw, exchangeId, called };
    const { error, errorOffset: offset = null } = read;
    if (attempt >= maxAttempts) {
      throw parseFailed({ exchangeId, attempts: attempt, reason: error, offset }, read.cause);
    }
    previous = { raw, error, offset };
  }
}

/** The documents that stored parses of the answer made, each at its newest version; null when none has succeeded. */
async function findDocuments(
  { context: { features }, step, signal }: Execution,
  { parses }: StoredAnswer,
): Promise<DocumentHandle[] | null> {
  const completed = parses.filter(({ status }) => status === 'completed');
  if (completed.length === 0) return null;
  const found = new Map<string, DocumentHandle>();
  for (const { id: parseId } of completed) {
    for await (const document of features.documents.byParse({ parseId }, { signal })) {
      found.set(document.id, new DocumentHandle(features, stateOfDocument(document), step));
    }
  }
  return [...found.values()];
}
