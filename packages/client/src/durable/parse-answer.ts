import type { PutManyDocuments } from '../documents/document-collection.ts';

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

export type ParseOutcome =
  | { status: 'completed'; documents: ParsedDocument[] }
  | { status: 'failed'; error: string; errorOffset?: number; cause: unknown };

export function toParser(parser: ParserLike): Parser {
  return typeof parser === 'function' ? { name: 'unnamed', version: '1', parse: parser } : parser;
}

export async function parseAnswer(parser: Parser, raw: string, context: ParseContext): Promise<ParseOutcome> {
  try {
    return { status: 'completed', documents: [...(await parser.parse(raw, context))] };
  } catch (cause) {
    return toFailedParse(cause);
  }
}

export function toFailedParse(cause: unknown): ParseOutcome & { status: 'failed' } {
  const error = cause instanceof Error ? cause.message : String(cause);
  const offset: unknown =
    typeof cause === 'object' && cause !== null && 'offset' in cause ? cause.offset : null;
  const errorOffset =
    typeof offset === 'number' && Number.isInteger(offset) && offset >= 0 ? { errorOffset: offset } : {};
  return { status: 'failed', error, ...errorOffset, cause };
}
