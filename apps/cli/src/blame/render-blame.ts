import type { Blame } from '@stepledger/client';
import stringWidth from 'string-width';
import { formatCount, formatTime, formatWhen } from '../output/format.ts';
import type { Style } from '../output/style.ts';
import { visible, visibleLine } from '../output/visible.ts';
import { showStepRef } from '../refs/shown-refs.ts';

/** The columns before a line stay narrower than this; the list below has the names in full. */
const MAX_COLUMN = 24;

const REASONS: Record<NonNullable<Blame['unknown']>, string> = {
  too_different: 'two versions are too different to be compared',
  too_long: 'they are older than the versions that were looked at',
};

type BlamedVersion = Blame['versions'][number];

/** Each line behind what wrote it, then what is known of each of these versions. */
export function renderBlame(blame: Blame, { text, style }: { text: string; style: Style }): string {
  const lines = text.split('\n');
  const versions = new Map(blame.versions.map((version) => [version.version, version]));
  const cells = blame.versions.map(toCells);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...cells.map((row) => stringWidth(row[column] ?? ''))),
  );
  const digits = String(blame.lines.at(-1)?.to ?? 0).length;
  const rows: string[] = [];
  for (const { from, to, version } of blame.lines) {
    const known = version === null ? undefined : versions.get(version);
    const row = known ? toCells(known) : ['?'];
    const prefix = widths.map((width, column) => pad(row[column] ?? '', width)).join('  ');
    for (let line = from; line <= to; line += 1) {
      const number = String(line).padStart(digits);
      rows.push(`${style('dim', `${prefix}  ${number} |`)} ${visible(lines[line - 1] ?? '')}`);
    }
  }
  const footer = [...blame.versions.map((version) => renderVersion(version, style)), ...renderUnknown(blame)];
  return footer.length === 0 ? rows.join('\n') : `${rows.join('\n')}\n\n${footer.join('\n')}`;
}

function toCells({ version, step, exchangeId, prompt, at }: BlamedVersion): string[] {
  return [
    `@${version}`,
    cut(step === null ? '-' : showStepRef(step)),
    // The end of an id tells exchanges apart; its beginning is a time.
    exchangeId === null ? '-' : exchangeId.slice(-8),
    cut(prompt === null ? '-' : visibleLine(`${prompt.name}@${prompt.version}`)),
    formatTime(at),
  ];
}

function renderVersion(version: BlamedVersion, style: Style): string {
  const { revision, at, author, step, exchangeId, prompt, model, parse, purgedBefore, variables } = version;
  const parts = [
    `r${revision}`,
    formatWhen(at),
    ...(author === null ? [] : [`by ${author}`]),
    ...(step === null ? [] : [`step ${showStepRef(step)}`]),
    ...(exchangeId === null ? ['by hand'] : [`exchange ${exchangeId}`]),
    ...(prompt === null ? [] : [`prompt ${prompt.name}@${prompt.version}`]),
    ...(model === null ? [] : [model]),
    ...(parse === null ? [] : [`parser ${parse.parser}@${parse.parserVersion}`]),
    ...(variables === null ? [] : [`variables ${Object.keys(variables).join(', ')}`]),
    ...(purgedBefore.length === 0
      ? []
      : [`or by ${purgedBefore.map((n) => `@${n}`).join(', ')}, purged since`]),
  ];
  return `${style('yellow', `@${version.version}`)}  ${parts.map(visibleLine).join('  ')}`;
}

function renderUnknown({ lines, unknown }: Blame): string[] {
  if (unknown === null) return [];
  const count = lines.reduce((sum, { from, to, version }) => sum + (version === null ? to - from + 1 : 0), 0);
  return [`?  Who wrote ${formatCount(count)} lines was not found out: ${REASONS[unknown]}.`];
}

function cut(text: string): string {
  if (stringWidth(text) <= MAX_COLUMN) return text;
  let shown = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(shown + segment) >= MAX_COLUMN) break;
    shown += segment;
  }
  return `${shown}…`;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}
