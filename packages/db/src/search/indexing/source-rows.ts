import type { BlobEncoding } from '@stepledger/contract';
import type { SourceRun } from './source.ts';

export interface RunRow {
  id: string;
  at: number;
  run_id: string;
  revision: number;
  step_id: string | null;
  step: string | null;
  workflow_id: string | null;
  sha256: Buffer;
  encoding: BlobEncoding;
  size: number;
}

/** SQL of a time in microseconds, which a double holds exactly until the year 2255. */
export const microseconds = (time: string) => `floor(extract(epoch FROM ${time}) * 1000000)::float8`;

/**
 * What a fork has copied is found where it was written; but where that run is deleted, in the fork.
 *
 * @param revision SQL of the revision at which something was written in run `r`.
 */
export const notInherited = (
  revision: string,
) => `(r.forked_at_revision IS NULL OR ${revision} > r.forked_at_revision
  OR NOT EXISTS (SELECT FROM run o WHERE o.project_id = r.project_id AND o.id = r.origin_run_id))`;

export function toRun(row: RunRow): SourceRun {
  return {
    id: row.run_id,
    revision: row.revision,
    stepId: row.step_id,
    step: row.step,
    workflowId: row.workflow_id,
  };
}

export function toContent({ sha256, encoding, size }: Pick<RunRow, 'sha256' | 'encoding' | 'size'>) {
  return { sha256, encoding, size };
}
