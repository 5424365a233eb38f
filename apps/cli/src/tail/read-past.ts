import { type Entry, isLedgerError, type Run } from '@stepledger/client';
import { type EntryFilter, isFiltered, matches, needsDetails } from '../entries/entry-filter.ts';
import { openProgress } from '../output/progress.ts';
import type { Shell } from '../shell/shell.ts';

/** Where to begin: at the revision, after the time, or so many matching entries before now. */
export type Beginning = { from: number } | { since: string } | { lines: number };

/** Entries of a run that are looked at for the last ones that match; the search for few matches must end somewhere. */
const MAX_LOOKED_AT = 10_000;
/** Runs whose past is looked at for a project, and entries that are held to bring them into the order of time. */
const MAX_RUNS = 500;
const MAX_HELD = 10_000;
const WINDOW = 200;

/** The revision of a run from which its entries are shown; beyond its head when none of the past is. */
export async function findBeginning(
  shell: Shell,
  { id: runId, revision: head }: Pick<Run, 'id' | 'revision'>,
  { beginning, filter }: { beginning: Beginning; filter: EntryFilter },
): Promise<number> {
  if ('from' in beginning) return beginning.from;
  if ('since' in beginning) return (await revisionAt(shell, runId, beginning.since)) + 1;
  const { lines } = beginning;
  if (lines === 0 || !isFiltered(filter)) return Math.max(1, head - lines + 1);
  const withDetails = needsDetails(filter);
  const least = Math.max(1, head - MAX_LOOKED_AT + 1);
  let [found, end] = [0, head];
  while (end >= least) {
    const start = Math.max(least, end - WINDOW + 1);
    const asOf = { revision: end };
    const window = await shell.ledger.entries.list({ runId, fromRevision: start, asOf, withDetails }).all();
    const matching = window.filter((entry) => matches(entry, filter));
    if (found + matching.length >= lines) return matching.at(found - lines)?.revision ?? start;
    found += matching.length;
    end = start - 1;
  }
  if (least > 1) shell.out.say(`Only the last ${MAX_LOOKED_AT.toLocaleString('en')} entries were looked at.`);
  return least;
}

/** The revision of a run after all that was written up to a time; 0 before it began. */
async function revisionAt({ ledger }: Shell, runId: string, time: string): Promise<number> {
  try {
    return (await ledger.runs.get({ runId, asOf: { time } })).revision;
  } catch (error) {
    if (isLedgerError(error, 'NOT_FOUND')) return 0;
    throw error;
  }
}

/** Entries of all runs up to now that match, in the order of time: the last ones, or those after a time. */
export async function readProjectPast(
  shell: Shell,
  { beginning, filter }: { beginning: Exclude<Beginning, { from: number }>; filter: EntryFilter },
): Promise<Entry[]> {
  const most = 'lines' in beginning ? beginning.lines : MAX_HELD;
  if (most === 0) return [];
  const past: Entry[] = [];
  const runs = await listRecentRuns(shell, beginning);
  using progress = openProgress(shell.out, { label: 'Reading the past', total: runs.length, unit: 'runs' });
  for (const run of runs) {
    // Those that follow were all written to earlier.
    const oldest = past.at(-most);
    if (oldest !== undefined && run.updatedAt < oldest.at) break;
    past.push(...(await readRunPast(shell, run, { beginning, filter })));
    past.sort((a, b) => compare(a.at, b.at) || compare(a.runId, b.runId) || a.revision - b.revision);
    past.splice(0, past.length - most);
    progress.advance();
  }
  if ('since' in beginning && past.length === MAX_HELD) {
    shell.out.say(
      `Only the last ${MAX_HELD.toLocaleString('en')} entries are shown; name a run for all of its own.`,
    );
  }
  return past;
}

async function listRecentRuns(shell: Shell, beginning: Beginning): Promise<Run[]> {
  const { items, nextCursor } = await shell.ledger.runs.list({ limit: MAX_RUNS });
  if (nextCursor !== null) shell.out.say(`Of the past, the newest ${MAX_RUNS} runs are looked at.`);
  const recent = items.filter(({ updatedAt }) => !('since' in beginning) || updatedAt > beginning.since);
  return recent.sort((a, b) => compare(b.updatedAt, a.updatedAt));
}

async function readRunPast(
  shell: Shell,
  run: Run,
  options: { beginning: Beginning; filter: EntryFilter },
): Promise<Entry[]> {
  const fromRevision = await findBeginning(shell, run, options);
  // What came with a fork was done in the run that it is of.
  const own = Math.max(fromRevision, (run.origin?.revision ?? 0) + 1);
  const { filter } = options;
  const past: Entry[] = [];
  for await (const entry of listEntries(shell, {
    run,
    fromRevision: own,
    withDetails: needsDetails(filter),
  })) {
    if (!matches(entry, filter)) continue;
    past.push(entry);
    if (past.length > MAX_HELD) past.shift();
  }
  return past;
}

/** The entries of a run from a revision up to where it stood when it was read. */
export async function* listEntries(
  { ledger }: Shell,
  { run, fromRevision, withDetails }: { run: Run; fromRevision: number; withDetails: boolean },
): AsyncGenerator<Entry, void, undefined> {
  if (fromRevision > run.revision) return;
  const asOf = { revision: run.revision };
  yield* ledger.entries.list({ runId: run.id, fromRevision, asOf, withDetails });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
