import { LedgerError } from '@stepledger/contract';

/** A failure that PostgreSQL or the driver reported, whatever wrapped it on the way. */
export interface DatabaseFault {
  /** SQLSTATE or the driver's code; empty when the driver gives none. */
  code: string;
  constraint: string;
  table: string;
  column: string;
}

/** Finds the database's own words in an error or its causes; null when it is not a database's error. */
export function toDatabaseFault(error: unknown): DatabaseFault | null {
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 5;
    current = current.cause, depth++
  ) {
    const { code, constraint, table, column } = current as Partial<Record<keyof DatabaseFault, unknown>>;
    if (typeof code === 'string') {
      return { code, constraint: word(constraint), table: word(table), column: word(column) };
    }
    if (NOT_QUERYABLE.test(current.message)) return { code: '08006', constraint: '', table: '', column: '' };
  }
  return null;
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The driver gives these no code. */
const NOT_QUERYABLE =
  /not queryable|Connection terminated|timeout exceeded when trying to connect|connection ended while|Cannot use a pool after/i;

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
]);

/** No such database, or no such user or password. */
const REFUSED = /^(3D000|28...)$/;

/** Whether trying the same statement again may help: connection classes, shutdown, deadlock, serialization. */
function isTransient({ code }: DatabaseFault): boolean {
  return (
    UNREACHABLE.has(code) ||
    code.startsWith('08') ||
    code.startsWith('57P') ||
    code.startsWith('53') ||
    code.startsWith('40')
  );
}

/** Says to the caller what it can act on; everything else stays what it is and is answered as INTERNAL. */
export function toLedgerError(error: unknown): unknown {
  if (error instanceof LedgerError) return error;
  const fault = toDatabaseFault(error);
  if (!fault) return error;
  if (fault.code === '57014') {
    return withCause(
      new LedgerError('UNAVAILABLE', { reason: 'The database took too long; try again' }),
      error,
    );
  }
  if (REFUSED.test(fault.code)) {
    const reason = 'The database refuses this server: its name, user or password is wrong, or it was dropped';
    return withCause(new LedgerError('UNAVAILABLE', { reason }), error);
  }
  if (!isTransient(fault)) return error;
  return withCause(
    new LedgerError('UNAVAILABLE', { reason: 'The database cannot be reached now; try again' }),
    error,
  );
}

function withCause(outer: Error, cause: unknown): Error {
  outer.cause = cause;
  return outer;
}
