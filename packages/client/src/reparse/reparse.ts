import type { ExchangeSummary, Parse } from '@stepledger/contract';
import type { Blobs } from '../blobs/blobs.ts';
import type { CallOptions, Features } from '../calls/features.ts';
import { type ParsedDocument, type ParseOutcome, type Parser, parseAnswer } from '../durable/parse-answer.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';
import { compareDocument, type DocumentComparison } from './compare-document.ts';
import { textOfExchange } from './exchange-text.ts';

export interface ReparseInput {
  /** The better parser. Give it a new version: a reading is known by name and version. */
  parser: Parser;
  /** Which answers are read again; those that fit every filter given. */
  runId?: string | undefined;
  workflow?: string | undefined;
  step?: { name: string; key?: string | undefined } | undefined;
  /** By whom the answer was read last, and how that went. */
  lastParse?: { parser?: string | undefined; parserVersion?: string | undefined } | undefined;
  /** Only answers that no parser has read with success. */
  onlyFailed?: boolean | undefined;
  /** False writes; else nothing is stored and the report says what would be. Default true. */
  dryRun?: boolean | undefined;
  /** Told of each exchange when it is done. */
  onProgress?: ((exchange: ReparsedExchange) => void) | undefined;
}

/** One answer that was read again. */
export interface ReparsedExchange {
  exchangeId: string;
  runId: string;
  step: { name: string; key: string };
  /**
   * `changed`: at least one document changes. `unchanged`: all of them stay as they are. `failed`: the parser could not
   * read the answer. `skipped`: there is no text to read, such as after a purge.
   */
  outcome: 'changed' | 'unchanged' | 'failed' | 'skipped';
  /** What the parser said, of `failed`, or why it was skipped. */
  error: string | null;
  documents: DocumentComparison[];
}

export interface ReparseReport {
  dryRun: boolean;
  counts: Record<ReparsedExchange['outcome'], number>;
  exchanges: ReparsedExchange[];
}

/**
 * Reads stored raw responses again by a new parser: first, as a dry run, only to see what would change.
 *
 * A document is changed only where this exchange wrote its newest version: what a person, or a later answer, has saved
 * since is kept and shown as `kept`. Documents that the new parser does not find any more stay as well. A second
 * run changes nothing.
 */
export async function reparse(
  { features, blobs }: { features: Features; blobs: Blobs },
  input: ReparseInput,
  options: CallOptions = {},
): Promise<ReparseReport> {
  const { parser, runId, workflow, step, lastParse, onlyFailed = false, dryRun = true, onProgress } = input;
  const filter = {
    ...(runId !== undefined && { runId }),
    ...(workflow !== undefined && { workflow }),
    ...(step && { step }),
    ...(lastParse && { lastParse }),
    status: onlyFailed ? ('unparsed' as const) : ('completed' as const),
  };
  const report: ReparseReport = {
    dryRun,
    counts: { changed: 0, unchanged: 0, failed: 0, skipped: 0 },
    exchanges: [],
  };
  // All of them are found first: writing moves an exchange out of the filter that its page was read by.
  const summaries = await features.exchanges.list(filter, options).all();
  for (const summary of summaries) {
    const exchange = await reparseExchange({ features, blobs, parser, dryRun }, summary, options);
    report.counts[exchange.outcome] += 1;
    report.exchanges.push(exchange);
    onProgress?.(exchange);
  }
  return report;
}

interface Reparsing {
  features: Features;
  blobs: Blobs;
  parser: Parser;
  dryRun: boolean;
}

async function reparseExchange(
  reparsing: Reparsing,
  { id: exchangeId, runId, step: { name, key } }: ExchangeSummary,
  options: CallOptions,
): Promise<ReparsedExchange> {
  const { features, blobs, parser, dryRun } = reparsing;
  const known = { exchangeId, runId, step: { name, key }, documents: [] };
  const exchange = await features.exchanges.get({ exchangeId }, options).catch((error: unknown) => {
    if (isLedgerError(error, 'PURGED')) return null;
    throw error;
  });
  if (exchange?.response == null)
    return { ...known, outcome: 'skipped', error: 'There is no response to read' };
  const raw = await textOfExchange(exchange, blobs, options);
  const signal = options.signal ?? new AbortController().signal;
  const outcome = await parseAnswer(parser, raw, { exchangeId, signal });
  if (outcome.status === 'failed') {
    if (!dryRun && !isKnown(exchange.parses, parser, outcome)) {
      await record(reparsing, { exchangeId, outcome, documents: [] }, options);
    }
    return { ...known, outcome: 'failed', error: outcome.error };
  }
  // Asked for in one tick, they share requests.
  const compared = await Promise.all(
    outcome.documents.map(async (document) => ({
      document,
      comparison: await compareDocument(features, { runId, exchangeId, document }, options),
    })),
  );
  const changed = compared.filter(({ comparison: { change } }) => change === 'create' || change === 'text');
  if (!dryRun && (changed.length > 0 || !isKnown(exchange.parses, parser, outcome))) {
    // Refused when somebody saves in between, rather than overwritten.
    const documents = changed.map(({ document, comparison }) => ({
      ...document,
      expectedVersion: comparison.version ?? 0,
    }));
    await record(reparsing, { exchangeId, outcome, documents }, options);
  }
  const documents = compared.map(({ comparison }) => comparison);
  return { ...known, outcome: changed.length > 0 ? 'changed' : 'unchanged', error: null, documents };
}

async function record(
  { features, parser }: Reparsing,
  {
    exchangeId,
    outcome,
    documents,
  }: {
    exchangeId: string;
    outcome: ParseOutcome;
    documents: (ParsedDocument & { expectedVersion: number })[];
  },
  options: CallOptions,
): Promise<void> {
  const failure =
    outcome.status === 'failed'
      ? {
          error: outcome.error,
          ...(outcome.errorOffset !== undefined && { errorOffset: outcome.errorOffset }),
        }
      : {};
  const { status } = outcome;
  const reading = { exchangeId, parser: parser.name, parserVersion: parser.version, status, ...failure };
  await features.parses.record({ ...reading, documents }, options);
}

/** Whether the last reading was by this parser and ended the same way. */
function isKnown(parses: readonly Parse[], parser: Parser, outcome: ParseOutcome): boolean {
  const last = parses.at(-1);
  return (
    last?.parser === parser.name &&
    last.parserVersion === parser.version &&
    last.status === outcome.status &&
    (outcome.status === 'completed' || last.error === outcome.error)
  );
}
