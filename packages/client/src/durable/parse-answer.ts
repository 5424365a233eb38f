import { LIMITS } from '@stepledger/contract';
import type { PutManyDocuments } from '../documents/document-collection.ts';
import { aborted } from '../errors/client-errors.ts';
import { checkDocuments } from './check-documents.ts';
import { unlessAborted } from './unless-aborted.ts';

/** A document that a parser found in an answer. */
export type ParsedDocument = PutManyDocuments[number];

export interface ParseContext {
  exchangeId: string;
  signal: AbortSignal;
}

type ParseFunction = (
  raw: string,
  context: ParseContext,
) => readonly ParsedDocument[] | Promise<readonly ParsedDocument[]>;

/**
 * Reads documents out of the raw text of an answer; throws when it cannot, where it can by an error with `offset`.
 *
 * Name and version tell its readings apart: a better parser has a new version.
 */
export interface Parser {
  name: string;
  version: string;
  parse: ParseFunction;
}

/** A parser, or its function alone: then it is `unnamed`, version 1. */
export type ParserLike = Parser | ParseFunction;

export type ReadAnswer = { status: 'completed'; documents: ParsedDocument[] };
export type UnreadableAnswer = { status: 'failed'; error: string; errorOffset?: number; cause: unknown };
export type ParseOutcome = ReadAnswer | UnreadableAnswer;

const MAX_OFFSET = 2_147_483_647;

export function toParser(parser: ParserLike): Parser {
  return typeof parser === 'function' ? { name: 'unnamed', version: '1', parse: parser } : parser;
}

/**
 * Reads an answer; one whose documents cannot be stored counts as not read.
 *
 * @throws ABORTED once the signal fires, whatever the parser does then: that says nothing of the answer.
 */
export async function parseAnswer(parser: Parser, raw: string, context: ParseContext): Promise<ParseOutcome> {
  const { signal } = context;
  try {
    const parse = async () => parser.parse(raw, context);
    return { status: 'completed', documents: checkDocuments(await unlessAborted(parse(), signal)) };
  } catch (cause) {
    if (signal.aborted) throw aborted(signal.reason);
    return toUnreadable(cause);
  }
}

export function toUnreadable(cause: unknown): UnreadableAnswer {
  const offset: unknown =
    typeof cause === 'object' && cause !== null && 'offset' in cause ? cause.offset : null;
  const isOffset =
    typeof offset === 'number' && Number.isInteger(offset) && offset >= 0 && offset <= MAX_OFFSET;
  const error = describe(cause).slice(0, LIMITS.maxErrorLength);
  return { status: 'failed', error, ...(isOffset && { errorOffset: offset }), cause };
}

function describe(cause: unknown): string {
  if (cause instanceof Error) return cause.message;
  return typeof cause === 'object' ? 'The parser threw something that is no Error' : String(cause);
}
