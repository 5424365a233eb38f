import { formatCount } from '../output/format.ts';
import type { Style } from '../output/style.ts';
import { visible } from '../output/visible.ts';

/** A unified diff for a terminal: coloured as people know it, and nothing in it is acted on. */
export function renderPatch(patch: string, style: Style): string {
  let inHunk = false;
  const lines = patch.split('\n').map((line) => {
    inHunk ||= line.startsWith('@@');
    return renderLine(visible(line), { style, inHunk });
  });
  return lines.join('\n');
}

function renderLine(line: string, { style, inHunk }: { style: Style; inHunk: boolean }): string {
  // A removed line that begins with dashes looks like a header, which only stands before the first hunk.
  if (!inHunk) return style('bold', line);
  if (line.startsWith('@@')) return style('cyan', line);
  if (line.startsWith('+')) return style('green', line);
  return line.startsWith('-') ? style('red', line) : line;
}

/** `+12 -3`, or why that is not known. */
export function formatStat({ added, removed }: { added: number | null; removed: number | null }): string {
  if (added === null || removed === null) return 'too different to be compared';
  return `+${formatCount(added)} -${formatCount(removed)}`;
}
