import type { RowLine, RowLineOf } from '@stepledger/contract';
import { badLine } from './bad-line.ts';

/** A line with its place in the call, and the revision that it belongs to. */
export type Placed<Line> = Line & { readonly index: number; readonly revision: number };

type RunLineType = Exclude<
  RowLine['type'],
  'workflow_version' | 'prompt_version' | 'prompt_label' | 'blob' | 'entry'
>;

/** The lines of some revisions by their types, each type in the order of the file. */
export type RunBatch = { readonly [Type in RunLineType | 'entry']: Placed<RowLineOf<Type>>[] };

/** What takes no revision, so that it may come before the entry that it belongs to. */
const EARLY: ReadonlySet<RowLine['type']> = new Set(['message', 'attempt']);

/**
 * Sorts the lines of a run by type, and finds the revision of each.
 *
 * @throws BAD_INPUT for lines that do not end with their entry, or entries with a gap between them.
 */
export function toRunBatch(lines: readonly RowLine[]): RunBatch {
  const batch: RunBatch = {
    message: [],
    state: [],
    pin: [],
    step: [],
    step_state: [],
    exchange: [],
    attempt: [],
    close: [],
    parse: [],
    document: [],
    version: [],
    links: [],
    unlinks: [],
    accept: [],
    entry: [],
  };
  const revisions = revisionsOf(lines);
  for (const [index, line] of lines.entries()) {
    if (line.type === 'blob') continue;
    if (line.type === 'workflow_version' || line.type === 'prompt_version' || line.type === 'prompt_label') {
      throw badLine(index, 'type', 'is not of a run');
    }
    const revision = revisions[index];
    if (revision === null && !EARLY.has(line.type)) throw badLine(index, '', 'must be followed by its entry');
    const placed: Placed<typeof line>[] = batch[line.type];
    placed.push({ ...line, index, revision: revision ?? 0 });
  }
  return batch;
}

/** The revision of the entry that follows each line; null where none does. */
function revisionsOf(lines: readonly RowLine[]): (number | null)[] {
  const revisions: (number | null)[] = lines.map(() => null);
  let next: number | null = null;
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = lines[index];
    if (line?.type === 'entry') {
      if (next !== null && next !== line.revision + 1) {
        throw badLine(index, 'revision', `must be ${next - 1}: revisions have no gaps`);
      }
      next = line.revision;
    }
    revisions[index] = next;
  }
  return revisions;
}

/** What is of the revisions behind one; what came before their entries stays. */
export function behind(batch: RunBatch, revision: number): RunBatch {
  const kept = Object.entries(batch).map(([type, lines]) => [
    type,
    (lines as readonly Placed<RowLine>[]).filter(
      (line) => line.revision > revision || (line.revision === 0 && EARLY.has(line.type)),
    ),
  ]);
  return Object.fromEntries(kept) as RunBatch;
}
