import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { exported, linesOf } from './support/files.ts';
import { emptyProject } from './support/projects.ts';
import { writeSample } from './support/sample-run.ts';
import { signed, withEach } from './support/signed.ts';

vi.setConfig({ testTimeout: 120_000 });

// A file whose last line fits is no proof of what stands in it: somebody may have written it by hand.

let server: TestServer;
let lines: string[];
let fork: string[];
beforeAll(async () => {
  server = await startTestServer();
  const source = await emptyProject(server);
  await writeSample(source, 'sample');
  lines = linesOf(await exported(source, { run: 'sample' }));
  fork = linesOf(await exported(source, { run: 'sample fork' }));
});
afterAll(() => server.close());

const STRANGER = '01890000-0000-7000-8000-000000000000';
type Line = Record<string, unknown>;

async function refusal(file: readonly string[]): Promise<string> {
  const target = await emptyProject(server);
  const message = await target.import([signed(file)]).then(
    () => 'nothing was refused',
    (error: Error) => error.message,
  );
  // Whatever was taken in does not keep the search from its work.
  expect(await target.search('nowhere')).toMatchObject({ items: [], nextCursor: null });
  return message;
}

const lie = (type: string, change: (line: Line) => Line) => refusal(withEach(lines, type, change));

test('signed anew, an honest file is taken', async () => {
  expect(await refusal(lines)).toBe('nothing was refused');
  expect(await refusal(fork)).toBe('nothing was refused');
});

test('a time before 1970 or far ahead is refused, and the search is not kept from its work', async () => {
  const moved = (time: string) =>
    refusal(lines.map((line) => line.replaceAll(/"(at|\w+At)":"[^"]+"/g, `"$1":"${time}"`)));
  expect(await moved('1969-12-31T23:59:59.999999Z')).toMatch(/must be of the years 1970 to 2199/);
  expect(await moved('9999-12-31T23:59:59.999999Z')).toMatch(/must be of the years 1970 to 2199/);
});

test('each row has the time of its entry', async () => {
  const at = '2020-01-01T00:00:00.000000Z';
  expect(await lie('version', (line) => ({ ...line, at }))).toMatch(/line \d+, at, is not the time/);
  expect(await lie('close', (line) => ({ ...line, closedAt: at }))).toMatch(/closedAt, is not the time/);
  expect(await lie('step', (line) => ({ ...line, startedAt: at }))).toMatch(/startedAt, is not the time/);
});

test('a document and a message are texts, not the bytes of a body', async () => {
  const body = lines.map((line) => /"id":"([0-9a-f]{64}\.binary)"/.exec(line)?.[1]).find(Boolean);
  expect(await lie('version', (line) => ({ ...line, text: body }))).toMatch(/text, must name a text/);
  expect(await lie('message', (line) => ({ ...line, content: body }))).toMatch(/content, must name a text/);
});

test('an exchange counts the messages that it has', async () => {
  for (const messageCount of [0, 1, 99, 2_147_483_647]) {
    const said = await lie('exchange', (line) => ({ ...line, messageCount }));
    expect(said).toMatch(/messageCount, must be \d+$/);
  }
});

test('an entry names what its revision writes, and nothing else', async () => {
  const added = (change: object) =>
    lie('entry', (line) => ({ ...line, changes: [...(line['changes'] as object[]), change] }));
  expect(await added({ what: 'document', id: STRANGER, change: 'create', version: 1 })).toMatch(
    /changes\[\d+\], names what no line before it writes/,
  );
  expect(await added({ what: 'exchange', id: 'x', change: 'complete' })).toMatch(/changes\[\d+\]\.id/);
  expect(await added({ what: 'exchange', id: 'x', change: 'purge' })).toMatch(/changes\[\d+\]\.id/);
  expect(await lie('entry', (line) => ({ ...line, changes: [] }))).toMatch(/changes, does not name \w+ /);
});

test('what was purged is not there', async () => {
  const purgedRevision = 9;
  expect(await lie('version', (line) => ({ ...line, purgedRevision }))).toMatch(/text, must be null/);
  expect(await lie('exchange', (line) => ({ ...line, purgedRevision }))).toMatch(/message, must be null/);
  expect(await lie('exchange', (line) => ({ ...line, purgedRevision, message: null }))).toMatch(
    /response, must be null/,
  );
});

test('a run is a copy up to a revision that it has, and says of what', async () => {
  const origin = { runId: STRANGER, revision: 1000 };
  expect(await lie('run', (line) => ({ ...line, origin }))).toMatch(/origin, must be of a revision/);
  expect(await lie('document', (line) => ({ ...line, originId: STRANGER }))).toMatch(
    /originId, must be null/,
  );
  expect(await refusal(withEach(fork, 'run', (line) => ({ ...line, origin: null })))).toMatch(
    /originId, must be null/,
  );
  expect(await refusal(withEach(fork, 'step', (line) => ({ ...line, originId: null })))).toMatch(
    /originId, must name/,
  );
});

test('writes are counted without gaps, and nothing ends before it ended', async () => {
  expect(await lie('version', (line) => ({ ...line, position: 1 }))).toMatch(/position, must count/);
  expect(await lie('parse', (line) => ({ ...line, attempt: 7 }))).toMatch(/attempt, must be 1/);
  expect(await lie('state', (line) => ({ ...line, finishedRevision: 99 }))).toMatch(
    /finishedRevision, is not/,
  );
  expect(await lie('exchange', (line) => ({ ...line, memoLostRevision: 99 }))).toMatch(
    /memoLostRevision, is no/,
  );
});
