import type { JsonObject, VersionRef } from '@stepledger/contract';
import stringify from 'safe-stable-stringify';
import type { LedgerContext } from '../context.ts';
import { toHandles } from '../documents/document-collection.ts';
import { DocumentHandle } from '../documents/document-handle.ts';
import { stateOfDocument } from '../documents/document-state.ts';
import { parseFailed } from '../errors/client-errors.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';
import { type PromptInput, resolvePrompt } from '../prompts/resolve-prompt.ts';
import { openDeadline } from '../retries/deadline.ts';
import { sha256OfText } from '../sha256.ts';
import type { CallLlm, UnreadAnswer } from './ask-llm.ts';
import { toMemoKey } from './memo-key.ts';
import { obtainAnswer, type StoredAnswer } from './obtain-answer.ts';
import {
  type ParseOutcome,
  type Parser,
  type ParserLike,
  parseAnswer,
  toFailedParse,
  toParser,
} from './parse-answer.ts';

/** A version of a document: a handle, or its `ref`. */
export type UsedDocument = VersionRef | { ref: VersionRef };

export interface ExecuteInput {
  /** What is sent: a text, messages, or a stored template with its variables. */
  prompt: PromptInput;
  /** The document versions that the step builds on. Each document that it makes is linked to them by `used`. */
  uses?: readonly UsedDocument[] | undefined;
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

export interface ExecuteStep {
  runId: string;
  step: { name: string; key: string };
}

/** What one execution works with. */
export interface Execution extends ExecuteStep {
  context: LedgerContext;
  input: ExecuteInput;
  uses: VersionRef[];
  prompt: Awaited<ReturnType<typeof resolvePrompt>>;
  signal: AbortSignal;
}

/** The longest delay that a timer can hold. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * Takes a step from its prompt to its documents, each phase durable before the next begins.
 *
 * @throws PARSE_FAILED once `maxAttempts` answers could not be read; what `call` throws, after it was stored; TIMEOUT,
 * ABORTED.
 */
export async function executeStep(
  context: LedgerContext,
  target: ExecuteStep,
  input: ExecuteInput,
): Promise<ExecuteResult> {
  const deadline = openDeadline({ timeoutMs: input.timeoutMs ?? MAX_TIMER_MS, signals: [input.signal] });
  const { features, recorder, renderers } = context;
  try {
    if (deadline.signal.aborted) throw deadline.error();
    const options = { signal: deadline.signal };
    // An answer that an earlier process could not deliver any more is paid for already.
    await recorder.outbox.deliver();
    const prompt = await resolvePrompt(
      { ledger: features, runId: target.runId, renderers },
      input.prompt,
      options,
    );
    const uses = (input.uses ?? []).map((used) => ('ref' in used ? used.ref : used));
    return await untilRead({ ...target, context, input, uses, prompt, signal: deadline.signal });
  } catch (error) {
    throw deadline.signal.aborted && error === deadline.signal.reason ? deadline.error() : error;
  } finally {
    deadline.close();
  }
}

async function untilRead(execution: Execution): Promise<ExecuteResult> {
  const { input, signal, uses, prompt } = execution;
  const { model, parameters, maxAttempts = 1 } = input;
  const parser = toParser(input.parse);
  let previous: UnreadAnswer | null = null;
  let called = false;
  for (let attempt = 1; ; attempt++) {
    const memoKey = await toMemoKey({ messages: prompt.messages, uses, model, parameters, attempt });
    const answer = await obtainAnswer(execution, { memoKey, attempt, previous });
    const { exchangeId, raw } = answer;
    called ||= answer.called;
    const stored = await findDocuments(execution, answer);
    if (stored !== null) return { documents: stored, response: raw, exchangeId, called };

    const outcome = await parseAnswer(parser, raw, { exchangeId, signal });
    const read =
      outcome.status === 'completed'
        ? await recordDocuments(execution, { answer, parser, outcome })
        : outcome;
    if (read.status === 'recorded') return { documents: read.documents, response: raw, exchangeId, called };
    await recordFailure(execution, { answer, parser, outcome: read });
    const { error, errorOffset: offset = null } = read;
    if (attempt >= maxAttempts) {
      throw parseFailed({ exchangeId, attempts: attempt, reason: error, offset }, read.cause);
    }
    previous = { raw, error, offset };
  }
}

/** The documents that stored parses of the answer made, each at its newest version; null when none has succeeded. */
async function findDocuments(
  { context: { features }, step }: Execution,
  { parses }: StoredAnswer,
): Promise<DocumentHandle[] | null> {
  const completed = parses.filter(({ status }) => status === 'completed');
  if (completed.length === 0) return null;
  const found = new Map<string, DocumentHandle>();
  for (const { id: parseId } of completed) {
    for await (const document of features.documents.byParse({ parseId })) {
      found.set(document.id, new DocumentHandle(features, stateOfDocument(document), step));
    }
  }
  return [...found.values()];
}

type Failed = ParseOutcome & { status: 'failed' };
type Recorded = { status: 'recorded'; documents: DocumentHandle[] };

/** Stores the documents; what the ledger refuses as bad input is a fault of the answer or of its parser. */
async function recordDocuments(
  execution: Execution,
  {
    answer,
    parser,
    outcome,
  }: { answer: StoredAnswer; parser: Parser; outcome: ParseOutcome & { status: 'completed' } },
): Promise<Recorded | Failed> {
  const { context, runId, step, signal } = execution;
  const { documents } = outcome;
  const { exchangeId } = answer;
  const input = { exchangeId, parser: parser.name, parserVersion: parser.version, documents };
  try {
    const recorded = await context.features.parses.record(await keyed(input), { signal });
    const written = { runId, step, written: recorded.documents, inputs: documents };
    return { status: 'recorded', documents: toHandles(context.features, written) };
  } catch (error) {
    if (isLedgerError(error, 'BAD_INPUT')) return toFailedParse(error);
    throw error;
  }
}

/** Stores that a parser could not read the answer, unless that is known already. */
async function recordFailure(
  { context, signal }: Execution,
  { answer, parser, outcome }: { answer: StoredAnswer; parser: Parser; outcome: Failed },
): Promise<void> {
  const { status, error, errorOffset } = outcome;
  const isKnown = answer.parses.some(
    (parse) =>
      parse.parser === parser.name &&
      parse.parserVersion === parser.version &&
      parse.error === error &&
      parse.errorOffset === (errorOffset ?? null),
  );
  if (isKnown) return;
  const offset = errorOffset === undefined ? {} : { errorOffset };
  const input = {
    exchangeId: answer.exchangeId,
    parser: parser.name,
    parserVersion: parser.version,
    status,
    error,
  };
  await context.features.parses.record(await keyed({ ...input, ...offset }), { signal });
}

/** A reading that is stored twice, because its first answer was lost with the process, is one reading. */
async function keyed<Input extends { exchangeId: string }>(
  input: Input,
): Promise<Input & { idempotencyKey: string }> {
  return { ...input, idempotencyKey: `parse:${await sha256OfText(stringify(input) ?? '')}` };
}
