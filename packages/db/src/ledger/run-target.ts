import { LedgerError } from '@stepledger/contract';

/** The run that a call works on: by its own id or by the id of something in it. */
export type RunTarget =
  | { readonly runId: string }
  | { readonly documentId: string }
  | { readonly exchangeId: string };

interface TargetRow {
  /** The table that the id is of, which is also its type in messages. */
  readonly table: 'run' | 'document' | 'exchange';
  readonly id: string;
}

export function toTargetRow(target: RunTarget): TargetRow {
  if ('runId' in target) return { table: 'run', id: target.runId };
  if ('documentId' in target) return { table: 'document', id: target.documentId };
  return { table: 'exchange', id: target.exchangeId };
}

/** SQL of the id of the target's run; `project` and `id` say how SQL refers to the bind parameters. */
export function runIdOf({ table }: TargetRow, project: string, id: string): string {
  return table === 'run'
    ? id
    : `(SELECT t.run_id FROM ${table} t WHERE t.project_id = ${project} AND t.id = ${id})`;
}

export function targetNotFound(target: RunTarget): LedgerError {
  const { table, id } = toTargetRow(target);
  return new LedgerError('NOT_FOUND', { type: table, id });
}
