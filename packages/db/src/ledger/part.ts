import type { LedgerError } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import type { Statement } from './statement.ts';

/** What every part of a commit may refer to. */
export interface CommitScope {
  /** The bind parameter that holds the project's id. */
  readonly project: string;
  readonly statement: Statement;
  /** Whether the run was locked before this statement and each part's `check` has passed since. */
  readonly checked?: boolean;
}

/** The run that a commit writes to, once it is known. */
export interface RunScope {
  readonly projectId: string;
  readonly runId: string;
}

/** What a part adds to the commit besides its common table expressions. */
export interface Written {
  /** SQL conditions that must hold, else nothing is stored. They see rows through the locks of this statement. */
  readonly conditions?: readonly string[];
  /** SQL of jsonb arrays of what was changed, for the entry. */
  readonly changes?: readonly string[];
  /** SQL of what the call answers, by field. */
  readonly answer?: Readonly<Record<string, string>>;
  /** Whether it writes what can be searched for. */
  readonly searchable?: boolean;
}

/**
 * One thing that a commit writes: documents, an exchange, a step, ...
 *
 * `write` adds common table expressions that select from `run_head`: without the run's lock none of them writes.
 */
export interface Part {
  write(scope: CommitScope): Written;
  /**
   * Refuses what no condition can, since it takes a walk over many rows: runs before the statement, with the run locked,
   * so that the statement's snapshot is not older than the lock. `write` makes a commit that needs it fail while the
   * scope is not `checked`; it is then tried again that way.
   */
  check?(sql: Sql, run: RunScope): Promise<LedgerError | null>;
  /** Finds out why a condition did not hold; null when it now holds, so that the commit may be tried again. */
  explain?(sql: Sql, run: RunScope): Promise<LedgerError | null>;
}
