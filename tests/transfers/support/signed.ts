import { createHash } from 'node:crypto';

type Line = Record<string, unknown>;

/** A file of these lines whose last line fits the others, as somebody would write who knows the format. */
export function signed(lines: readonly string[]): string {
  const told = lines.filter((line) => !line.startsWith('{"type":"end"')).map((line) => `${line}\n`);
  const counts: Record<string, number> = {};
  for (const line of told) {
    const { type } = JSON.parse(line) as { type: string };
    counts[type] = (counts[type] ?? 0) + 1;
  }
  const sha256 = createHash('sha256').update(told.join('')).digest('hex');
  return `${told.join('')}${JSON.stringify({ type: 'end', counts, sha256 })}\n`;
}

/** The lines with all of one type changed. */
export function withEach(lines: readonly string[], type: string, change: (line: Line) => Line): string[] {
  return lines.map((line) =>
    line.startsWith(`{"type":"${type}"`) ? JSON.stringify(change(JSON.parse(line) as Line)) : line,
  );
}
