import { LedgerError } from '@stepledger/contract';
import { NewerSchemaError } from '@stepledger/db';
import { PostgresError } from '@stepledger/postgres';
import { StartError } from './start-error.ts';

const OURS = [StartError, PostgresError, NewerSchemaError, LedgerError];

/** What a person reads whose server or database does not start: what is wrong and what to do. Null for other errors. */
export function explainStart(error: unknown): string | null {
  if (error instanceof PostgresError && error.code === 'DATA_DIR_IN_USE') {
    return `${error.message}\nKeys of a running server are made through its API (apiKeys.create), or while it is stopped.`;
  }
  if (error instanceof LedgerError && error.code === 'NOT_FOUND') {
    return `${error.message}; projects are made with an instance key, by projects.create`;
  }
  return OURS.some((kind) => error instanceof kind) ? (error as Error).message : null;
}
