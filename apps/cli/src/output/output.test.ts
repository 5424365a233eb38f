import { WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import { createOutput } from './output.ts';

/** A stream that says it is a terminal, of which nothing else is asked here. */
const terminal = Object.create(WriteStream.prototype, { isTTY: { value: true } }) as WriteStream;

test('progress is shown on a terminal that can go back over its line', () => {
  const shows = (TERM: string) =>
    createOutput({ json: false, quiet: false, variables: { TERM }, stdout: terminal, stderr: terminal })
      .showsProgress;
  expect(shows('xterm-256color')).toBe(true);
  expect(shows('dumb')).toBe(false);
});
