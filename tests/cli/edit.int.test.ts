import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTestDatabase, startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CliOptions, runCli } from './support/run-cli.ts';

vi.setConfig({ testTimeout: 90_000 });

let server: TestServer;
let directory: string;
beforeAll(async () => {
  server = await startTestServer();
  directory = await mkdtemp(path.join(tmpdir(), 'stepledger-edit-test-'));
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

let scripts = 0;
/** An editor that does what the script says with the file `$1`. */
async function editor(script: string): Promise<string> {
  const file = path.join(directory, `editor-${++scripts}`);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

/** Runs edit with a directory for its files that is empty before. */
async function edit(args: readonly string[], { script, ...options }: CliOptions & { script?: string } = {}) {
  const files = await mkdtemp(path.join(directory, 'files-'));
  const VISUAL = script === undefined ? '' : await editor(script);
  const env = { TMPDIR: files, VISUAL, EDITOR: '', ...options.env };
  const result = await runCli(['edit', ...args], { url: server.url, ...options, env });
  const kept = await readdir(files);
  /** Goes on as the output says. */
  const goOn = async (more: readonly string[] = [], url = server.url) => {
    const words = /stepledger edit (\S+)(?: (--create))? --file (\S+)/.exec(result.stderr)?.slice(1) ?? [];
    const [ref = '', create, file = ''] = words;
    return runCli(['edit', ref, ...(create ? [create] : []), '--file', file, ...more], {
      url,
      env: { TMPDIR: files },
    });
  };
  const keptFile = /kept in (\S+)/.exec(result.stderr)?.[1] ?? /are in (\S+);/.exec(result.stderr)?.[1] ?? '';
  return { ...result, kept, keptFile, goOn };
}

async function putDesign(key: string, text: string) {
  const run = await server.ledger.run({ key });
  return run.step('design_step').documents.put({ kind: 'design', text });
}
const headOf = (documentId: string) => server.ledger.documents.get({ documentId });

test('what the editor leaves is saved as a new version, with note, step and title, and the file is gone', async () => {
  const { id } = await putDesign('saved', 'one\n');
  const script = `[ "$(basename "$1")" = design.md ] || exit 9
    [ "$(stat -c %a "$1" "$(dirname "$1")" | tr '\\n' ' ')" = "600 700 " ] || exit 8
    echo two >> "$1"`;
  const named = ['--note', 'Add two', '--step', 'review:1', '--title', 'The design'];
  const { code, stdout, kept } = await edit(['saved/design', ...named], { script });
  expect({ code, stdout, kept }).toEqual({ code: 0, stdout: 'design@2 saved, revision 3\n', kept: [] });
  expect(await headOf(id)).toMatchObject({
    version: 2,
    text: 'one\ntwo\n',
    note: 'Add two',
    title: 'The design',
    step: { name: 'review', key: '1' },
  });
});

test('a text keeps its end and its line ends, whatever the editor does to its last line', async () => {
  const { id } = await putDesign('exact', '\ufeffone\r\ntwo');
  // As vi does: a line feed behind a last line that had none.
  const unchanged = await edit(['exact/design'], { script: `sleep 0.5; echo >> "$1"` });
  expect(unchanged).toMatchObject({ code: 0, stdout: '', kept: [] });
  expect(unchanged.stderr).toContain('Nothing was changed');
  await edit(['exact/design', '--quiet'], { script: `printf 'three\\n' >> "$1"` });
  expect((await headOf(id)).text).toBe('\ufeffone\r\ntwothree');
});

test('nothing is saved of a text that is unchanged or empty, and that is said', async () => {
  const { id } = await putDesign('untouched', 'one\n');
  const emptied = await edit(['untouched/design', '--json'], { script: `echo > "$1"` });
  expect(emptied).toMatchObject({ code: 0, stdout: 'null\n', kept: [] });
  expect(emptied.stderr).toContain('The text is empty; nothing is saved.');
  const same = await edit(['untouched/design', '--file', '-'], { input: 'one\n' });
  expect(same).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing was changed; nothing is saved.\n' });
  const empty = await edit(['untouched/design', '--file', '-'], { input: '\n' });
  expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining('empty')]);
  expect((await headOf(id)).version).toBe(1);
});

test('what somebody else saved meanwhile is merged, with a note', async () => {
  const { id } = await putDesign('merged', 'one\ntwo\nthree\nfour\nfive\n');
  const meanwhile = `${process.execPath} ${path.resolve('apps/cli/src/main.ts')} edit merged/design --quiet --file`;
  const script = `sed 's/five/FIVE/' "$1" > "$1.other"; ${meanwhile} "$1.other" > "$1.out" || exit 9
    rm "$1.other" "$1.out"; sed 's/one/ONE/' "$1" > "$1.new"; mv "$1.new" "$1"`;
  const { code, stdout, kept } = await edit(['merged/design', '--note', 'Louder'], { script });
  expect({ code, kept }).toEqual({ code: 0, kept: [] });
  expect(stdout).toBe('design@3 saved, revision 4, merged with version 2\n');
  expect(await headOf(id)).toMatchObject({
    text: 'ONE\ntwo\nthree\nfour\nFIVE\n',
    note: 'Louder\n\nMerged with version 2.',
  });
  // A version names what a text is made from; --no-merge rather fails.
  const late = ['merged/design@1', '--file', '-', '--no-merge'];
  const refused = await edit(late, { input: 'one\ntwo\nTHREE\nfour\nfive\n' });
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('saved version 3 meanwhile')]);
  expect((await refused.goOn()).stdout).toBe('design@4 saved, revision 5, merged with version 3\n');
  expect((await headOf(id)).text).toBe('ONE\ntwo\nTHREE\nfour\nFIVE\n');
});

test('a conflict that is not resolved keeps both sides, and goes on once it is', async () => {
  const document = await putDesign('conflict', 'one\ntwo\n');
  await document.update({ text: 'theirs\ntwo\n', author: 'bob' });
  // Opened a second time, with the conflict, it leaves all as it is.
  const script = `grep -q yours "$1" && exit; sed 's/one/mine/' "$1" > "$1.new"; mv "$1.new" "$1"`;
  const result = await edit(['conflict/design@1'], { script });
  expect(result).toMatchObject({ code: 4, stdout: '' });
  expect(result.stderr).toContain('There are still conflicts in the text');
  expect(await readFile(result.keptFile, 'utf8')).toBe(
    '<<<<<<< yours\nmine\n||||||| version 1\none\n=======\ntheirs\n>>>>>>> version 2 by bob\ntwo\n',
  );
  const beside = path.join(path.dirname(result.keptFile), 'yours-design.md');
  expect(await readFile(beside, 'utf8')).toBe('mine\ntwo\n');

  const early = await result.goOn();
  expect([early.code, early.stderr]).toEqual([2, expect.stringContaining('still holds conflicts')]);
  await writeFile(result.keptFile, 'both\ntwo\n');
  expect((await result.goOn()).stdout).toBe('design@3 saved, revision 4\n');
  expect((await document.reload()).text).toBe('both\ntwo\n');

  const piped = await edit(['conflict/design@2', '--file', '-'], { input: 'piped\ntwo\n' });
  expect(piped.code).toBe(4);
  expect(await readFile(piped.keptFile, 'utf8')).toContain('=======\nboth\n>>>>>>> version 3\n');
  await writeFile(piped.keptFile, 'all\ntwo\n');
  expect((await piped.goOn()).code).toBe(0);
  expect((await document.reload()).text).toBe('all\ntwo\n');
});

test('the text is kept when the server goes, when the editor is killed or fails, and when it is no text', async () => {
  await using database = await createTestDatabase();
  const first = await startTestServer({ databaseUrl: database.url });
  const run = await first.ledger.run({ key: 'away' });
  const document = await run.step('s').documents.put({ kind: 'design', text: 'one\n' });
  const { url } = first;
  const gone = edit(['away/design', '--json'], {
    url,
    script: `echo two >> "$1"; touch "${directory}/closing"; sleep 2`,
  });
  while (!(await stat(`${directory}/closing`).catch(() => null)))
    await new Promise((done) => setTimeout(done, 50));
  await first.close();
  await putDesign('ends', 'one\n');
  const ends = async (script: string) => {
    const { code, stderr, keptFile } = await edit(['ends/design'], { script });
    return [code, stderr, keptFile && (await readFile(keptFile, 'latin1'))] as const;
  };
  const killed = expect.stringMatching(/kept in .*ended by SIGKILL/s);
  // A shell stands between, which tells a signal by 128 and its number.
  const byShell = expect.stringMatching(/kept in .*(ended by SIGKILL|exit code 137)/s);
  expect(await ends(`echo two >> "$1"; kill -9 $PPID`)).toEqual([1, killed, 'one\ntwo\n']);
  expect(await ends(`echo two >> "$1"; kill -9 $$`)).toEqual([1, byShell, 'one\ntwo\n']);
  expect(await ends(`echo recovery > "$1.swp"; exit 3`)).toEqual([
    1,
    expect.stringMatching(/kept in .*exit code 3/s),
    'one\n',
  ]);
  expect(await ends(`exit 3`)).toEqual([1, expect.not.stringContaining('kept'), '']);
  expect(await ends(`printf 'caf\\351\\n' > "$1"`)).toEqual([
    2,
    expect.stringContaining('is not UTF-8'),
    'caf\u00e9\n',
  ]);
  expect(await ends('true')).toEqual([1, expect.stringContaining('returned at once'), 'one\n']);

  // By now it has given up.
  const unsaved = await gone;
  expect(unsaved.code).toBe(6);
  expect(await readFile(unsaved.keptFile, 'utf8')).toBe('one\ntwo\n');
  await using second = await startTestServer({ databaseUrl: database.url });
  expect((await unsaved.goOn([], second.url)).code).toBe(0);
  expect((await second.ledger.documents.get({ documentId: document.id })).text).toBe('one\ntwo\n');
});

test('texts that an editor would damage are refused, and replaced from a file', async () => {
  const { id } = await putDesign('binary', 'a\0b\ud800');
  const { code, stderr, kept } = await edit(['binary/design'], { script: 'exit 9' });
  expect({ code, kept }).toEqual({ code: 2, kept: [] });
  expect(stderr).toContain('lone surrogates');
  const file = path.join(directory, 'new.md');
  await writeFile(file, '\ufeffÄ\0\r\n');
  expect((await edit([id, '--file', file])).code).toBe(0);
  expect((await headOf(id)).text).toBe('\ufeffÄ\0\r\n');
  await writeFile(file, Buffer.from([0xff]));
  expect((await edit([id, '--file', file])).stderr).toContain('is not UTF-8');
});

test('a document that is not there is made with --create only', async () => {
  const { ledger } = server;
  const run = await ledger.run({ key: 'new' });
  const missing = await edit(['new/notes/today'], { script: 'exit 9' });
  expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining('--create makes it')]);
  const args = ['--run', 'new', 'edit', 'notes/today', '--create', '--json'];
  const env = { VISUAL: await editor(`echo hello > "$1"`) };
  const made = await runCli(args, { url: server.url, env });
  expect(JSON.parse(made.stdout)).toMatchObject({
    runId: run.id,
    kind: 'notes',
    key: 'today',
    version: 1,
    revision: 2,
  });
  expect((await ledger.documents.get({ runId: run.id, kind: 'notes', key: 'today' })).text).toBe('hello\n');
  await ledger.documents.delete({ documentId: JSON.parse(made.stdout).documentId });
  const deleted = await edit(['new/notes/today', '--create'], { script: 'exit 9' });
  expect([deleted.code, deleted.stderr]).toEqual([3, expect.stringContaining('undelete')]);
});
