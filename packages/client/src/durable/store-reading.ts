import stringify from 'safe-stable-stringify';
import { toHandles } from '../documents/document-collection.ts';
import type { DocumentHandle } from '../documents/document-handle.ts';
import { isRefusal } from '../recording/outbox.ts';
import { sha256OfText } from '../sha256.ts';
import type { Execution } from './execution.ts';
import type { StoredAnswer } from './obtain-answer.ts';
import {
  type ParseOutcome,
  type Parser,
  type ReadAnswer,
  toUnreadable,
  type UnreadableAnswer,
} from './parse-answer.ts';

interface Reading<Outcome> {
  answer: StoredAnswer;
  parser: Parser;
  outcome: Outcome;
}

type StoredReading = { status: 'stored'; documents: DocumentHandle[] } | UnreadableAnswer;

/**
 * Stores how an answer was read: its documents with their lineage, or why there are none.
 *
 * Documents that the ledger refuses are a fault of the answer or of its parser, and stored as that.
 */
export async function storeReading(
  execution: Execution,
  { answer, parser, outcome }: Reading<ParseOutcome>,
): Promise<StoredReading> {
  if (outcome.status === 'completed') {
    try {
      const documents = await storeDocuments(execution, { answer, parser, outcome });
      return { status: 'stored', documents };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      outcome = toUnreadable(error);
    }
  }
  await storeFailure(execution, { answer, parser, outcome });
  return outcome;
}

async function storeDocuments(
  { context, runId, step, signal }: Execution,
  { answer, parser, outcome }: Reading<ReadAnswer>,
): Promise<DocumentHandle[]> {
  const { documents } = outcome;
  const { exchangeId } = answer;
  const input = { exchangeId, parser: parser.name, parserVersion: parser.version, documents };
  const recorded = await context.features.parses.record(await keyed(input), { signal });
  return toHandles(context.features, { runId, step, written: recorded.documents, inputs: documents });
}

/** Stores that a parser could not read the answer, unless that is known already. */
async function storeFailure(
  { context, signal }: Execution,
  { answer, parser, outcome }: Reading<UnreadableAnswer>,
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
  const { exchangeId } = answer;
  const offset = errorOffset === undefined ? {} : { errorOffset };
  const input = {
    exchangeId,
    parser: parser.name,
    parserVersion: parser.version,
    status,
    error,
    ...offset,
  };
  await context.features.parses.record(await keyed(input), { signal });
}

/** A reading that is stored twice, because its first answer was lost with the process, is one reading. */
async function keyed<Input extends { exchangeId: string }>(
  input: Input,
): Promise<Input & { idempotencyKey: string }> {
  return { ...input, idempotencyKey: `parse:${await sha256OfText(stringify(input) ?? '')}` };
}
