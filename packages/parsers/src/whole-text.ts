import { createParser } from './create-parser.ts';
import type { Parser, ParserOptions } from './parser.ts';

export interface WholeTextOptions extends ParserOptions {
  kind: string;
  /** The kind itself when left out. */
  key?: string | undefined;
}

/** The whole answer as one document, exactly as it came. */
export function wholeText(options: WholeTextOptions): Parser {
  const { kind, key } = options;
  return createParser({ name: 'whole-text', version: '1', options }, (text) => [
    { kind, ...(key !== undefined && { key }), text },
  ]);
}
