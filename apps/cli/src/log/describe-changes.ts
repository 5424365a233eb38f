import { type Change, changeWord, type Entry, type Run } from '@stepledger/client';
import { formatCount, formatCountOf } from '../output/format.ts';
import { visibleLine } from '../output/visible.ts';
import { showDocumentRef, showStepRef } from '../refs/shown-refs.ts';
import type { Shell } from '../shell/shell.ts';

/** Changes of one entry that are told one by one; `putMany` may make a thousand. */
const MAX_TOLD = 20;
const MAX_ERROR = 200;

/** A line for each change of an entry that was read with details, named so that it can be pasted. */
export function describeChanges(shell: Shell, run: Run, { changes }: Entry): string[] {
  const links = changes.filter(({ what }) => what === 'link');
  const others = changes.filter(({ what }) => what !== 'link');
  const more = others.length - MAX_TOLD;
  return [
    ...others.slice(0, MAX_TOLD).map((change) => describeChange(shell, run, change)),
    ...(more > 0 ? [`and ${formatCount(more)} more`] : []),
    ...[...Map.groupBy(links, changeWord)].map(
      ([word, { length }]) => `${formatCountOf(length, 'version')} ${word}`,
    ),
  ];
}

function describeChange(shell: Shell, run: Run, change: Change): string {
  const { what, detail } = change;
  const parts = [`${nameOf(shell, run, change)} ${visibleLine(changeWord(change))}`];
  if (what === 'document' && detail?.status) parts.push(visibleLine(detail.status));
  if (what !== 'step' && detail?.step) parts.push(`step ${showStepRef(detail.step)}`);
  if (detail?.error) parts.push(shell.out.style('red', toLine(detail.error)));
  return parts.join('  ');
}

function nameOf(shell: Shell, run: Run, { what, id, version, detail }: Change): string {
  if (detail?.document) return showDocumentRef(shell, { ...detail.document, run: run.key, version });
  if (what === 'step' && detail?.step) return `step ${showStepRef(detail.step)}`;
  return what === 'run' ? 'run' : visibleLine(`${what} ${id}`);
}

function toLine(error: string): string {
  return visibleLine(error.length > MAX_ERROR ? `${error.slice(0, MAX_ERROR)}…` : error);
}
