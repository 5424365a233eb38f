/** What each failure carries, so that a caller never has to read the message text. */
export interface PostgresErrorDetails {
  /** A living process owns the data directory. */
  DATA_DIR_IN_USE: {
    dataDir: string;
    pid: number;
    command: string;
    /** When that process took the directory, ISO 8601. */
    since: string;
    /** The machine (or container) that it runs on. */
    host: string;
  };
  /** The data was written by a PostgreSQL that these binaries cannot read. */
  WRONG_MAJOR: { dataDir: string; found: string; needed: string };
  /** No PostgreSQL programs for this machine, or none that run on it. */
  NO_BINARIES: { platform: string; tried: { path: string; reason: string }[] };
  /** The server did not start; `logTail` holds the last lines of its log. */
  START_FAILED: { dataDir: string; logTail: string[] };
  /** The database could not be created; `logTail` holds the last lines of what initdb said. */
  INIT_FAILED: { dataDir: string; logTail: string[] };
}

export type PostgresErrorCode = keyof PostgresErrorDetails;

/** A failure of the managed PostgreSQL that a caller can act on; `code` says which, `details` the facts. */
export class PostgresError<Code extends PostgresErrorCode = PostgresErrorCode> extends Error {
  override readonly name = 'PostgresError';
  readonly code: Code;
  readonly details: PostgresErrorDetails[Code];

  constructor(code: Code, message: string, details: PostgresErrorDetails[Code], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** The end of a message that quotes a log: empty when there is nothing to quote. */
export function quoteLog(logTail: readonly string[]): string {
  return logTail.length === 0 ? '' : ` Its last lines:\n  ${logTail.join('\n  ')}`;
}
