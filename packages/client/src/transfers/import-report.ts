import type { UnitType } from '@stepledger/contract';

/** What became of a workflow, a prompt or a run: `present` when all of it was here already. */
export type ImportAction = 'created' | 'continued' | 'present' | 'skipped';

export interface ImportedUnit {
  readonly kind: UnitType;
  /** As the file has it, and as it is called here. */
  readonly name: string;
  readonly here: string;
  readonly action: ImportAction;
  /** Why it was skipped. */
  readonly reason: string | null;
}

export interface ImportReport {
  readonly dryRun: boolean;
  readonly lines: number;
  readonly bytes: number;
  /** How many units met each end. */
  readonly units: Readonly<Record<UnitType, Readonly<Record<ImportAction, number>>>>;
  /** Revisions that were not here before; in a dry run, that would come. */
  readonly revisions: number;
}

export interface ImportProgress {
  readonly lines: number;
  readonly bytes: number;
  readonly kind: UnitType | null;
  readonly name: string | null;
}

/** Counts what becomes of the units of a file. */
export class ImportCounts {
  readonly units = { workflow: none(), prompt: none(), run: none() };
  revisions = 0;

  add({ kind, action }: ImportedUnit): void {
    this.units[kind][action] += 1;
  }
}

function none(): Record<ImportAction, number> {
  return { created: 0, continued: 0, present: 0, skipped: 0 };
}
