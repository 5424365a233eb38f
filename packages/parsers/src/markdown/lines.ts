/** Where the lines of a text are. */
export interface Lines {
  readonly count: number;
  /** Where a line begins; for the line after the last one, where the text ends. */
  start(line: number): number;
  /** Where a line ends, before its line break. */
  end(line: number): number;
  /** The line break of a line: empty at the end of the text. */
  lineBreak(line: number): string;
  /** The line after the last one of `[from, to)` that is not blank; `from` when all are. */
  trimEnd(from: number, to: number): number;
}

/** Finds the lines as CommonMark counts them, from `offset` on. */
export function findLines(raw: string, offset: number): Lines {
  const starts: number[] = [];
  const ends: number[] = [];
  let start = offset;
  for (const { index, 0: lineBreak } of raw.slice(offset).matchAll(/\r\n?|\n/g)) {
    starts.push(start);
    ends.push(offset + index);
    start = offset + index + lineBreak.length;
  }
  if (start < raw.length) {
    starts.push(start);
    ends.push(raw.length);
  }
  const startOf = (line: number) => starts[line] ?? raw.length;
  const endOf = (line: number) => ends[line] ?? raw.length;
  return {
    count: starts.length,
    start: startOf,
    end: endOf,
    lineBreak: (line) => raw.slice(endOf(line), startOf(line + 1)),
    trimEnd(from, to) {
      let last = to;
      while (last > from && /^[ \t]*$/.test(raw.slice(startOf(last - 1), endOf(last - 1)))) last -= 1;
      return last;
    },
  };
}
