import type { RowLine } from '@stepledger/contract';

/** One kind of line of a run's revisions. */
export interface RowRead<Row = never> {
  /**
   * SQL of the rows, in their order, each with its `at_revision`: those of the run `:run` of the project `:project`, of the
   * revisions behind `:after` up to `:last`, as they were at `:until`; `:ids` are those of the changes of the kind `what`.
   */
  readonly sql: string;
  /** The read is left out where no entry has such a change. */
  readonly what?: string;
  /** Tells the rows of one revision. */
  toLines(rows: readonly Row[]): RowLine[];
}

/** Makes a read whose rows are typed by what tells them. */
export function rowRead<Row>(read: RowRead<Row>): RowRead<Row> {
  return read;
}

/** SQL of whether a revision is one of those that are read. */
export function inRange(revision: string): string {
  return `${revision} > :after AND ${revision} <= :last`;
}

/** A row as it comes of SQL that names its columns as the line does: exact texts are JSON, and the type is ours. */
export type RowOf<Line, Texts extends keyof Line = never> = Omit<Line, Texts | 'type'> & {
  [Field in Texts]: string | null;
} & { at_revision: number };
