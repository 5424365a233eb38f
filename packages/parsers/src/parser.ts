import type { DocumentWrite } from '@stepledger/contract';

/** A document as a parser reads it out of an answer: what `documents.put` takes, before it is bound to a run. */
export type ParsedDocument = Pick<
  DocumentWrite,
  'kind' | 'key' | 'title' | 'status' | 'tags' | 'metadata'
> & {
  text: string;
};

/** What is stored with each parse, so that old answers can be found and read again by a better parser. */
export interface ParserIdentity {
  readonly name: string;
  /** Changes whenever the same answer may give other documents. */
  readonly version: string;
}

/** Reads the documents out of an LLM's raw answer. */
export interface Parser extends ParserIdentity {
  /** @throws ParseError when the answer is not what this parser reads. */
  parse(raw: string): ParsedDocument[];
}

/** Options of every parser of this package. */
export interface ParserOptions {
  /** In place of the parser's own name. */
  name?: string | undefined;
  /** In place of the parser's own version: change it when you change options or callbacks. */
  version?: string | undefined;
}
