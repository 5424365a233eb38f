import type { Blobs } from '../blobs/blobs.ts';
import type { CallOptions, Features } from '../calls/features.ts';
import { findParserFaults } from '../durable/check-input.ts';
import type { Parser } from '../durable/parse-answer.ts';
import { ledgerError } from '../errors/client-errors.ts';
import type { DocumentComparison } from './compare-document.ts';
import { reparseExchange } from './reparse-exchange.ts';

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
  /** Told of each exchange when it is done, the newest first. */
  onProgress?: ((exchange: ReparsedExchange) => void) | undefined;
}

/** One answer that was read again. */
export interface ReparsedExchange {
  exchangeId: string;
  runId: string;
  step: { name: string; key: string };
  /**
   * `changed`: at least one document changes. `unchanged`: all of them stay as they are. `failed`: the parser could not
   * read the answer, or what it found cannot be stored. `skipped`: there is no text to read, such as after a purge.
   */
  outcome: 'changed' | 'unchanged' | 'failed' | 'skipped';
  /** What the parser said, of `failed`, or why it was skipped. */
  error: string | null;
  documents: DocumentComparison[];
}

export interface ReparseReport {
  dryRun: boolean;
  counts: Record<ReparsedExchange['outcome'], number>;
  /** In the order in which they were asked. */
  exchanges: ReparsedExchange[];
}

/**
 * Reads stored raw responses again by a new parser: first, as a dry run, only to see what would change.
 *
 * A document is changed only where this exchange wrote its newest version: what a person, or a later answer, has saved
 * since is kept and shown as `kept`. Documents that the new parser does not find any more stay as well. A second
 * run changes nothing. A failure ends it; what was done until then stays, and running it again goes on.
 *
 * @throws BAD_INPUT for a parser without name or version, before anything is sent.
 */
export async function reparse(
  { features, blobs }: { features: Features; blobs: Blobs },
  input: ReparseInput,
  options: CallOptions = {},
): Promise<ReparseReport> {
  const { parser, dryRun = true, onProgress } = input;
  const issues = findParserFaults(parser, 'parser');
  if (issues.length > 0) throw ledgerError('BAD_INPUT', { issues });
  // All of them are found first: writing moves an exchange out of the filter that its page was read by.
  const summaries = await features.exchanges.list(toFilter(input), options).all();
  const counts = { changed: 0, unchanged: 0, failed: 0, skipped: 0 };
  const exchanges: ReparsedExchange[] = [];
  const reparsing = { features, blobs, parser, dryRun, created: new Map() };
  // The newest first: of two answers of a step, the later one is what counts.
  for (const summary of summaries.reverse()) {
    const exchange = await reparseExchange(reparsing, summary, options);
    counts[exchange.outcome] += 1;
    exchanges.push(exchange);
    onProgress?.(exchange);
  }
  return { dryRun, counts, exchanges: exchanges.reverse() };
}

function toFilter({ runId, workflow, step, lastParse, onlyFailed = false }: ReparseInput) {
  return {
    ...(runId !== undefined && { runId }),
    ...(workflow !== undefined && { workflow }),
    ...(step && { step }),
    ...(lastParse && { lastParse }),
    status: onlyFailed ? ('unparsed' as const) : ('completed' as const),
  };
}
