import type { Exchange, ExchangeSummary } from '@stepledger/contract';
import type { Blobs } from '../blobs/blobs.ts';
import type { CallOptions, Features } from '../calls/features.ts';
import {
  type ParsedDocument,
  type ParseOutcome,
  type Parser,
  parseAnswer,
  toUnreadable,
  type UnreadableAnswer,
} from '../durable/parse-answer.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';
import { isRefusal } from '../recording/outbox.ts';
import { compareDocument, type DocumentComparison } from './compare-document.ts';
import { textOfExchange } from './exchange-text.ts';
import type { ReparsedExchange } from './reparse.ts';

export interface Reparsing {
  features: Features;
  blobs: Blobs;
  parser: Parser;
  dryRun: boolean;
  /** The documents that newer answers would create, by name, in a dry run: for real they would be there by now. */
  created: Map<string, ParsedDocument['text']>;
}

type Answer = Pick<Exchange, 'id' | 'runId' | 'uses' | 'parses'> & { raw: string };
type Compared = { status: 'compared'; documents: DocumentComparison[] };

/** Somebody else may save between the comparison and the writing. */
const MAX_TURNS = 8;

export async function reparseExchange(
  reparsing: Reparsing,
  { id: exchangeId, runId, step: { name, key } }: ExchangeSummary,
  options: CallOptions,
): Promise<ReparsedExchange> {
  const known = { exchangeId, runId, step: { name, key }, documents: [] };
  const answer = await loadAnswer(reparsing, exchangeId, options);
  if (answer === null) return { ...known, outcome: 'skipped', error: 'There is no response to read' };
  const read = await readAgain(reparsing, answer, options);
  if (read.status === 'failed') return { ...known, outcome: 'failed', error: read.error };
  const { documents } = read;
  return { ...known, outcome: documents.some(isChange) ? 'changed' : 'unchanged', error: null, documents };
}

/** Null when there is none: it was purged, or deleted since it was listed. */
async function loadAnswer(
  { features, blobs }: Reparsing,
  exchangeId: string,
  options: CallOptions,
): Promise<Answer | null> {
  try {
    const exchange = await features.exchanges.get({ exchangeId }, options);
    if (exchange.response === null) return null;
    return { ...exchange, raw: await textOfExchange(exchange, blobs, options) };
  } catch (error) {
    if (isLedgerError(error, 'PURGED') || isLedgerError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

/** Stores what the parser finds; what the ledger refuses counts as not read. */
async function readAgain(
  reparsing: Reparsing,
  answer: Answer,
  options: CallOptions,
): Promise<Compared | UnreadableAnswer> {
  const { signal = new AbortController().signal } = options;
  let outcome = await parseAnswer(reparsing.parser, answer.raw, { exchangeId: answer.id, signal });
  if (outcome.status === 'completed') {
    try {
      return {
        status: 'compared',
        documents: await replaceDocuments(reparsing, { answer, found: outcome.documents }, options),
      };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      outcome = toUnreadable(error);
    }
  }
  const { status, error, errorOffset } = outcome;
  if (!reparsing.dryRun && !isKnown(reparsing.parser, answer, outcome)) {
    const reading = { status, error, ...(errorOffset !== undefined && { errorOffset }) };
    await record(reparsing, answer, { reading, options });
  }
  return outcome;
}

/** Compares what was found with what is stored and, unless it is a dry run, writes what changes. */
async function replaceDocuments(
  reparsing: Reparsing,
  { answer, found }: { answer: Answer; found: readonly ParsedDocument[] },
  options: CallOptions,
): Promise<DocumentComparison[]> {
  for (let turn = 1; ; turn++) {
    // Asked for in one tick, they share requests.
    const comparisons = await Promise.all(
      found.map((document) => compare(reparsing, { answer, document }, options)),
    );
    // Refused when somebody saves in between, rather than overwritten.
    const changed = found.flatMap((document, index) => {
      const comparison = comparisons[index];
      if (comparison === undefined || !isChange(comparison)) return [];
      return [{ ...document, expectedVersion: comparison.version ?? 0 }];
    });
    const isStored = changed.length === 0 && isKnown(reparsing.parser, answer, { status: 'completed' });
    if (reparsing.dryRun || isStored) return comparisons;
    try {
      await record(reparsing, answer, { reading: { status: 'completed', documents: changed }, options });
      return comparisons;
    } catch (error) {
      if (!isLedgerError(error, 'VERSION_CONFLICT') || turn >= MAX_TURNS) throw error;
    }
  }
}

async function compare(
  { features, dryRun, created }: Reparsing,
  { answer, document }: { answer: Answer; document: ParsedDocument },
  options: CallOptions,
): Promise<DocumentComparison> {
  const { id: exchangeId, runId } = answer;
  const comparison = await compareDocument(features, { runId, exchangeId, document }, options);
  if (!dryRun || comparison.change !== 'create') return comparison;
  const name = JSON.stringify([runId, comparison.kind, comparison.key]);
  const newer = created.get(name);
  if (newer !== undefined) return { ...comparison, change: newer === document.text ? 'none' : 'kept' };
  created.set(name, document.text);
  return comparison;
}

function isChange({ change }: DocumentComparison): boolean {
  return change !== 'none' && change !== 'kept';
}

type Reading =
  | { status: 'completed'; documents: ParsedDocument[] }
  | { status: 'failed'; error: string; errorOffset?: number };

async function record(
  { features, parser }: Reparsing,
  { id: exchangeId }: Answer,
  { reading, options }: { reading: Reading; options: CallOptions },
): Promise<void> {
  const { name, version: parserVersion } = parser;
  await features.parses.record({ exchangeId, parser: name, parserVersion, ...reading }, options);
}

/** Whether the last reading was by this parser and ended the same way. */
function isKnown(
  parser: Parser,
  { parses }: Answer,
  outcome: { status: ParseOutcome['status']; error?: string },
): boolean {
  const last = parses.at(-1);
  return (
    last?.parser === parser.name &&
    last.parserVersion === parser.version &&
    last.status === outcome.status &&
    (outcome.status === 'completed' || last.error === outcome.error)
  );
}
