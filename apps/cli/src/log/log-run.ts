import type { Entry, Run } from '@stepledger/client';
import { formatWhen } from '../output/format.ts';
import { visibleLine } from '../output/visible.ts';
import type { Shell } from '../shell/shell.ts';
import { describeChanges } from './describe-changes.ts';
import type { LogOptions } from './log.command.ts';

const PAGE = 100;

/** Prints the entries of a run, a page at a time: as many as there were when it began. */
export async function logRun(shell: Shell, run: Run, { number, reverse }: LogOptions): Promise<void> {
  const { out } = shell;
  const count = Math.min(number ?? run.revision, run.revision);
  for (let done = 0; done < count; done += PAGE) {
    const limit = Math.min(PAGE, count - done);
    // Revisions have no gaps, so that a page is a stretch of numbers.
    const fromRevision = reverse ? done + 1 : run.revision - done - limit + 1;
    const { items } = await shell.ledger.entries.list({
      runId: run.id,
      fromRevision,
      limit,
      withDetails: !out.json,
    });
    const entries = reverse ? items : items.reverse();
    for (const entry of entries) await out.item(entry, () => render(shell, run, entry));
  }
}

function render(shell: Shell, run: Run, entry: Entry): string {
  const { out } = shell;
  const { revision, at, actor, kind } = entry;
  const head = [
    out.style('yellow', `r${revision}`),
    formatWhen(at),
    out.style('cyan', visibleLine(actor)),
    visibleLine(kind),
  ];
  return [head.join('  '), ...describeChanges(shell, run, entry).map((line) => `    ${line}`)].join('\n');
}
