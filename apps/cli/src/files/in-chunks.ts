/** Characters that are written at once: a line at a time would cost a system call each. */
const CHUNK_LENGTH = 256 * 1024;

/** Joins lines into larger pieces. */
export async function* inChunks(lines: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let held: string[] = [];
  let length = 0;
  for await (const line of lines) {
    held.push(line);
    length += line.length;
    if (length < CHUNK_LENGTH) continue;
    yield held.join('');
    held = [];
    length = 0;
  }
  if (held.length > 0) yield held.join('');
}
