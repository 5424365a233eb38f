import type { AsOf, DocumentDifference, ExchangeDifference, RunDiff, RunDiffItem } from '@stepledger/client';
import { visible, visibleLine } from '../output/visible.ts';
import { resolveRun } from '../refs/resolve-refs.ts';
import { showStepRef } from '../refs/shown-refs.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { Shell } from '../shell/shell.ts';
import type { DiffOptions } from './diff.command.ts';
import { formatStat, renderPatch } from './render-patch.ts';

const PAGE = 200;
const SIGNS = { added: '+', removed: '-', changed: '~' } as const;
const COLOURS = { added: 'green', removed: 'red', changed: 'yellow' } as const;

/** Prints where two runs went apart and why, then what differs, page by page. */
export async function diffRuns(
  shell: Shell,
  ends: { from: string; to: string },
  { stat, exitCode }: DiffOptions,
): Promise<void> {
  const { out, ledger } = shell;
  const [from, to] = await Promise.all([sideOf(shell, ends.from), sideOf(shell, ends.to)]);
  const pages = ledger.runs.diff({ from, to, limit: PAGE, withPatches: stat === undefined });
  const { items, divergence } = await pages;
  await out.item({ divergence }, () => renderDivergence(shell, divergence));
  for await (const item of pages) await out.item(item, () => renderItem(shell, item));
  if (items.length === 0) out.say('There is no difference.');
  else if (exitCode) process.exitCode = EXIT.failed;
}

/** `RUN` or `RUN@r12`; a key that ends so is named by its id. */
async function sideOf(shell: Shell, text: string): Promise<{ runId: string; asOf?: AsOf }> {
  const match = /^(.+)@r(\d{1,9})$/s.exec(text);
  if (match === null) return { runId: await resolveRun(shell, text) };
  return { runId: await resolveRun(shell, match[1]), asOf: { revision: Number(match[2]) } };
}

function renderDivergence({ out }: Shell, divergence: RunDiff['divergence']): string {
  if (divergence === null) return '';
  const place =
    divergence.what === 'document'
      ? `document ${nameOf(divergence)}`
      : `${divergence.what} of ${showStepRef(divergence.step)}`;
  const causes = divergence.causes.join(', ');
  return `${out.style('bold', 'They went apart')} at ${visible(place)}, by: ${out.style('yellow', causes)}\n`;
}

function renderItem({ out }: Shell, item: RunDiffItem): string {
  const sign = out.style(COLOURS[item.change], SIGNS[item.change]);
  const lines = [`${sign} ${item.what} ${visibleLine(describe(item))}`];
  if (item.what === 'exchange') lines.push(...detailsOf(item).map((line) => `    ${visibleLine(line)}`));
  if (item.what === 'document' && item.text?.patch) lines.push(renderPatch(item.text.patch, out.style));
  return lines.join('\n');
}

function describe(item: RunDiffItem): string {
  switch (item.what) {
    case 'run':
      return item.differs.join(', ');
    case 'step':
      return [showStepRef(item.step), ...item.differs].join('  ');
    case 'exchange':
      return [
        `of ${showStepRef(item.step)}`,
        ...(item.differs.length > 0 ? [item.differs.join(', ')] : []),
        [item.from?.exchangeId, item.to?.exchangeId].filter((id) => id !== undefined).join(' and '),
      ].join('  ');
    case 'document':
      return [nameOf(item), versionsOf(item), ...item.attributes, ...textOf(item)].join('  ');
  }
}

function nameOf({ kind, key }: { kind: string; key: string }): string {
  return key === kind ? kind : `${kind}/${key}`;
}

function versionsOf({ from, to }: DocumentDifference): string {
  return [from, to].flatMap((side) => (side === null ? [] : [`@${side.version}`])).join(' and ');
}

function textOf({ text }: DocumentDifference): string[] {
  if (text === null) return [];
  return [text.reason === 'purged' ? 'text purged' : text.reason === 'not_asked' ? 'text' : formatStat(text)];
}

function detailsOf({ variables, parameters, uses, parsed }: ExchangeDifference): string[] {
  const named = (word: string, names: readonly string[] | null) =>
    names === null || names.length === 0 ? [] : [`${word}: ${names.join(', ')}`];
  return [
    ...named('variables', variables),
    ...named('parameters', parameters),
    ...named('uses', uses.map(nameOf)),
    ...named('parsed', parsed.map(nameOf)),
  ];
}
