/** The answer is not what the parser reads. */
export class ParseError extends Error {
  override readonly name = 'ParseError';
  /** Where in the raw text the parser gave up, in UTF-16 code units from 0. */
  readonly offset: number;

  constructor(message: string, offset: number, options?: ErrorOptions) {
    super(message, options);
    this.offset = offset;
  }
}
