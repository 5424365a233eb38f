import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RunHandle } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import type { DecideOptions } from 'stepledger/sync';
import {
  type Action,
  createRunDocuments,
  type LayoutName,
  loadLayout,
  needsPerson,
  syncFolder,
} from 'stepledger/sync';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli } from './support/run-cli.ts';

let server: TestServer;
let run: RunHandle;
let folder: string;
let count = 0;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  count += 1;
  run = await server.ledger.run({ key: `run-${count}` });
  folder = await mkdtemp(path.join(tmpdir(), 'stepledger-sync-'));
  return () => rm(folder, { recursive: true, force: true });
});

/** As a process, for what only a process shows: its exit code, its words, its options. */
async function syncCli(...args: string[]) {
  const { code, stdout, stderr } = await runCli(['sync', folder, '--run', run.key, '--json', ...args], {
    url: server.url,
  });
  if (stdout === '') throw new Error(stderr);
  const { actions } = JSON.parse(stdout) as { actions: Action[] };
  return { code, ...toResult(actions) };
}

/** The same without a process, which takes a tenth of the time. */
async function sync({ layout = 'plain', ...options }: Partial<DecideOptions> & { layout?: LayoutName } = {}) {
  const input = { directory: folder, runKey: run.key, name: undefined };
  const actions = await syncFolder({
    root: folder,
    runId: run.id,
    layout: loadLayout(layout, input),
    documents: createRunDocuments(server.ledger, run.id),
    options: { dryRun: false, delete: false, restore: false, step: null, ...options },
  });
  return { code: actions.some(needsPerson) ? 1 : 0, ...toResult(actions) };
}

function toResult(actions: Action[]) {
  return { actions, did: actions.map(({ action, path }) => `${action} ${path}`) };
}

const at = (name: string) => path.join(folder, name);
const read = (name: string) => readFile(at(name), 'utf8');
const textOf = async (name: string) => (await read(name)).replace(/^---\n[\s\S]*?\n---\n/, '');
const design = () => run.step('design_step').documents;

async function write(name: string, content: string | Uint8Array) {
  await mkdir(path.dirname(at(name)), { recursive: true });
  await writeFile(at(name), content);
}
/** As an editor does: all of the front matter stays. */
async function edit(name: string, change: (text: string) => string) {
  const before = await read(name);
  const front = /^---\n[\s\S]*?\n---\n/.exec(before)?.[0] ?? '';
  await writeFile(at(name), front + change(before.slice(front.length)));
}

test('documents become files, files become documents, and then both are the same', async () => {
  const login = await design().put({
    kind: 'design',
    key: 'login',
    text: '# Login\n',
    title: 'Login: how',
    status: 'draft',
  });
  await write('notes/today.md', 'no front matter\r\nno end');

  expect(await syncCli()).toMatchObject({ code: 0, did: ['pull design/login.md', 'create notes/today.md'] });

  expect(await read('design/login.md')).toBe(
    `---\nid: ${login.id}\nversion: 1\nstep: design_step\ntitle: "Login: how"\nstatus: draft\n---\n# Login\n`,
  );
  const notes = await run.documents.get({ kind: 'notes', key: 'today' });
  expect(notes.text).toBe('no front matter\r\nno end');
  expect(await read('notes/today.md')).toBe(
    `---\r\nid: ${notes.id}\r\nversion: 1\r\n---\r\nno front matter\r\nno end`,
  );
  expect(await syncCli()).toMatchObject({ code: 0, actions: [] });
});

test('edits travel both ways, and edits of both sides are joined on both', async () => {
  const login = await design().put({ kind: 'design', text: 'one\ntwo\nthree\nfour\n' });
  await sync();

  await edit('design.md', (text) => text.replace('one', 'ONE'));
  expect(await sync()).toMatchObject({ code: 0, did: ['push design.md'] });
  expect((await login.reload()).text).toBe('ONE\ntwo\nthree\nfour\n');

  await login.update('ONE\ntwo\nTHREE\nfour\n');
  expect(await sync()).toMatchObject({ code: 0, did: ['pull design.md'] });
  expect(await textOf('design.md')).toBe('ONE\ntwo\nTHREE\nfour\n');

  await edit('design.md', (text) => text.replace('two\n', 'two\nand a half\n'));
  await login.update('ONE\ntwo\nTHREE\nFOUR\n');
  expect(await sync()).toMatchObject({ code: 0, did: ['merge design.md'] });
  const joined = 'ONE\ntwo\nand a half\nTHREE\nFOUR\n';
  expect((await login.reload()).text).toBe(joined);
  expect(await textOf('design.md')).toBe(joined);
  expect((await sync()).actions).toEqual([]);
});

test('a conflict keeps both sides in the file, is not saved while it waits, and goes on when it is resolved', async () => {
  const login = await design().put({ kind: 'design', text: 'a\nb\nc\n' });
  await sync();
  await edit('design.md', (text) => text.replace('b', 'mine'));
  await login.update('a\ntheirs\nc\n');

  expect(await syncCli()).toMatchObject({ code: 1, did: ['conflict design.md'] });
  expect(await textOf('design.md')).toBe(
    'a\n<<<<<<< file\nmine\n=======\ntheirs\n>>>>>>> run (version 2)\nc\n',
  );
  expect(await sync()).toMatchObject({ code: 1, did: ['conflict design.md'] });
  expect((await login.reload()).version).toBe(2);

  await edit('design.md', () => 'a\nmine and theirs\nc\n');
  expect(await sync()).toMatchObject({ code: 0, did: ['push design.md'] });
  expect(await login.reload()).toMatchObject({ version: 3, text: 'a\nmine and theirs\nc\n' });
});

test('title and status sync both ways, and wait for a person when both sides changed one', async () => {
  const login = await design().put({ kind: 'design', text: 'text', title: 'Login', status: 'draft' });
  await sync();
  await login.update({ title: 'Log in' });
  await writeFile(at('design.md'), (await read('design.md')).replace('status: draft', 'status: done'));
  expect(await sync()).toMatchObject({ code: 0, did: ['merge design.md'] });
  expect(await login.reload()).toMatchObject({ title: 'Log in', status: 'done', text: 'text' });

  await login.update({ status: 'dropped' });
  await writeFile(at('design.md'), (await read('design.md')).replace('status: done', 'status: open'));
  expect(await sync()).toMatchObject({ code: 1, did: ['conflict design.md'] });
  expect(await read('design.md')).toContain('conflict: status is dropped in the run\n');
  expect((await login.reload()).status).toBe('dropped');

  await writeFile(at('design.md'), (await read('design.md')).replace(/conflict: .*\n/, ''));
  expect(await sync()).toMatchObject({ code: 0, did: ['push design.md'] });
  expect((await login.reload()).status).toBe('open');
});

test('what a person wrote into the front matter stays, byte for byte', async () => {
  await write('design.md', '---\n# mine\ntags: [a,   b]\ncount: 1.10\ntitle: 2024\n---\ntext\n');
  expect(await sync({ step: 'design_step' })).toMatchObject({ code: 0, did: ['create design.md'] });
  const login = await run.documents.get('design');
  expect(login).toMatchObject({ title: '2024', text: 'text\n' });
  expect(await read('design.md')).toBe(
    `---\nid: ${login.id}\nversion: 1\nstep: design_step\n# mine\ntags: [a,   b]\ncount: 1.10\ntitle: 2024\n---\ntext\n`,
  );
  await login.update('more\n');
  expect(await sync()).toMatchObject({ code: 0, did: ['pull design.md'] });
  expect(await read('design.md')).toContain('# mine\ntags: [a,   b]\ncount: 1.10\ntitle: 2024\n---\nmore\n');
  expect((await sync()).actions).toEqual([]);
});

test('texts come through exactly, or are refused by name and left alone', async () => {
  const exact = [
    '---\ntitle: x\n---\nbody',
    '\ufeffmarked',
    'a\r\nb',
    '\n\n',
    '',
    '---',
    'end\u2028',
    '<<<<<<< x',
  ];
  for (const [index, text] of exact.entries()) await design().put({ kind: 'exact', key: `${index}`, text });
  await design().put({ kind: 'bad', key: 'zero', text: 'a\0b' });
  await design().put({ kind: 'bad', key: 'half', text: '\ud800' });
  await write('binary.md', Buffer.from([0xff, 0xfe, 0x00]));
  await write('open.md', '---\nno end of it\n');

  const first = await sync();
  expect(first.code).toBe(1);
  expect(first.did.filter((did) => did.startsWith('refused'))).toEqual([
    'refused bad/half.md',
    'refused bad/zero.md',
    'refused binary.md',
    'refused open.md',
  ]);
  expect(await readFile(at('binary.md'))).toEqual(Buffer.from([0xff, 0xfe, 0x00]));
  for (const [index, text] of exact.entries()) {
    await edit(`exact/${index}.md`, (found) => {
      expect(found).toBe(text);
      return `${found}+`;
    });
  }
  await sync();
  for (const [index, text] of exact.entries()) {
    expect((await run.documents.get({ kind: 'exact', key: `${index}` })).text).toBe(`${text}+`);
  }
});

test('deletions are told only, and travel with --delete unless the other side was edited', async () => {
  for (const kind of ['here', 'there', 'edited-there', 'edited-here'])
    await design().put({ kind, text: 'text' });
  await sync();
  await rm(at('here.md'));
  await rm(at('edited-there.md'));
  await (await run.documents.get('edited-there')).update('new');
  await (await run.documents.get('there')).delete();
  await (await run.documents.get('edited-here')).delete();
  await edit('edited-here.md', () => 'new');

  expect(await sync()).toMatchObject({
    code: 1,
    did: [
      'conflict edited-here.md',
      'removed-here edited-there.md',
      'removed-here here.md',
      'removed-there there.md',
    ],
  });
  expect(await syncCli('--delete')).toMatchObject({
    code: 1,
    did: [
      'conflict edited-here.md',
      'conflict edited-there.md',
      'delete-document here.md',
      'delete-file there.md',
    ],
  });
  const left = await run.documents.list({ includeDeleted: true, withText: false });
  expect(
    left
      .filter(({ deleted }) => deleted)
      .map(({ kind }) => kind)
      .sort(),
  ).toEqual(['edited-here', 'here', 'there']);
  await expect(read('there.md')).rejects.toThrow('ENOENT');
  expect(await textOf('edited-here.md')).toBe('new');
  expect((await sync({ restore: true })).did).toContain('pull edited-there.md');
});

test('a dry run writes nothing on either side', async () => {
  await design().put({ kind: 'design', text: 'text' });
  await write('new.md', 'new');
  const { revision } = await run.get();

  expect(await syncCli('--dry-run')).toMatchObject({ code: 0, did: ['pull design.md', 'create new.md'] });
  expect((await run.get()).revision).toBe(revision);
  expect(await read('new.md')).toBe('new');
  await expect(read('design.md')).rejects.toThrow('ENOENT');
  await expect(readFile(at('.stepledger'))).rejects.toThrow('ENOENT');
});

test('a file out of an older commit is joined from the version that it names', async () => {
  const document = await design().put({ kind: 'design', text: 'one\ntwo\nthree\nfour\n' });
  await sync();
  const committed = await read('design.md');
  await document.update('ONE\ntwo\nthree\nfour\n');
  await sync();
  await edit('design.md', (text) => text.replace('four', 'FOUR'));
  await sync();

  await writeFile(at('design.md'), committed);
  expect((await sync()).did).toEqual(['pull design.md']);
  await writeFile(at('design.md'), committed.replace('two\n', 'two\nand a half\n'));
  expect((await sync()).did).toEqual(['merge design.md']);
  expect((await document.reload()).text).toBe('ONE\ntwo\nand a half\nthree\nFOUR\n');
});

test('a purged text is neither written again nor taken from the file that still has it', async () => {
  const document = await design().put({ kind: 'design', text: 'secret' });
  await design().put({ kind: 'other', text: 'secret' });
  await sync();
  await rm(at('other.md'));
  for (const kind of ['design', 'other']) await (await run.documents.get(kind)).purge();
  const before = await read('design.md');
  expect(await sync({ restore: true })).toMatchObject({
    code: 1,
    did: ['refused design.md', 'refused other.md'],
  });
  expect(await read('design.md')).toBe(before);
  expect(await document.history()).toHaveLength(1);
});

test('a file in the middle of a merge of git is not saved', async () => {
  const document = await design().put({ kind: 'design', text: 'a\n' });
  await sync();
  await edit('design.md', () => '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> branch\n');
  expect(await sync()).toMatchObject({ code: 1, did: ['conflict design.md'] });
  expect((await document.reload()).version).toBe(1);
});

test('a file that is moved stays its document, a copy of it is refused', async () => {
  const login = await design().put({ kind: 'design', text: 'text' });
  await sync();
  await mkdir(at('deep/er'), { recursive: true });
  await rename(at('design.md'), at('deep/er/other.md'));
  expect((await sync()).actions).toEqual([]);
  await edit('deep/er/other.md', () => 'moved');
  expect(await sync()).toMatchObject({ did: ['push deep/er/other.md'] });
  expect((await login.reload()).text).toBe('moved');

  await writeFile(at('copy.md'), await read('deep/er/other.md'));
  expect(await sync()).toMatchObject({ code: 1, did: ['refused copy.md'] });
});

test('a file that lost its front matter is still its document', async () => {
  const login = await design().put({ kind: 'design', text: 'one\ntwo\nthree\n', title: 'T' });
  await sync();
  await login.update('one\ntwo\nTHREE\n');
  await writeFile(at('design.md'), 'ONE\ntwo\nthree\n');
  expect(await sync()).toMatchObject({ code: 0, did: ['merge design.md'] });
  expect(await login.reload()).toMatchObject({ text: 'ONE\ntwo\nTHREE\n', title: 'T' });
  expect(await read('design.md')).toContain(`id: ${login.id}\nversion: 3\n`);
});

test('nothing is read or written through a link that leads out of the folder', async () => {
  const outside = await mkdtemp(path.join(tmpdir(), 'stepledger-outside-'));
  try {
    await writeFile(path.join(outside, 'secret.md'), 'secret');
    await symlink(outside, at('design'));
    await symlink(path.join(outside, 'secret.md'), at('linked.md'));
    await design().put({ kind: 'design', key: 'login', text: 'text' });
    await design().put({ kind: 'x', key: '../../escape', text: 'text' });

    const { code, did } = await sync();
    expect(code).toBe(1);
    expect(did).toEqual([
      'refused design',
      'refused design/login.md',
      'refused linked.md',
      'pull x/%2E%2E/%2E%2E/escape.md',
    ]);
    await expect(readFile(path.join(outside, 'login.md'))).rejects.toThrow('ENOENT');
    expect(await run.documents.list()).toHaveLength(2);

    await rm(at('.stepledger'), { recursive: true });
    await symlink(outside, at('.stepledger'));
    await expect(sync()).rejects.toThrow('symbolic link');
  } finally {
    await rm(outside, { recursive: true, force: true });
  }
});

test('what a folder brings along of swaps and paths leads nowhere else', async () => {
  const document = await design().put({ kind: 'design', text: 'text' });
  const swap = at('.stepledger/sync/swaps/evil');
  await mkdir(swap, { recursive: true });
  await writeFile(path.join(swap, 'old'), '#!/bin/sh');
  for (const target of ['../evil.md', '.git/hooks/evil.md', 'evil.sh', '/tmp/evil.md']) {
    await writeFile(path.join(swap, 'note.json'), JSON.stringify({ path: target, sha256: 'x' }));
    const known = { documents: { [document.id]: { path: target, version: 1 } } };
    await writeFile(at(`.stepledger/sync/${run.id}.plain.json`), JSON.stringify(known));
    await sync({ restore: true });
    await expect(readFile(path.resolve(folder, target))).rejects.toThrow('ENOENT');
  }
  expect(await textOf('design.md')).toBe('text');
});

test('names that differ in case only have a file each', async () => {
  await design().put({ kind: 'design', key: 'Login', text: 'upper' });
  const lower = await design().put({ kind: 'design', key: 'login', text: 'lower' });
  await sync();
  expect(await textOf('design/Login.md')).toBe('upper');
  expect(await textOf(`design/login~${lower.id.slice(-8)}.md`)).toBe('lower');
  expect((await sync()).actions).toEqual([]);
});

test('the openspec layout has the folders of OpenSpec, and names what has no place in them', async () => {
  const { documents } = run;
  await documents.put({ kind: 'proposal', text: '## Why\n' });
  await documents.put({ kind: 'spec', key: 'auth', text: '## ADDED Requirements\n' });
  await documents.put({ kind: 'requirement', text: 'r' });
  await write(`openspec/changes/run-${count}/tasks.md`, '- [ ] 1.1 do\n');
  await write('openspec/changes/other/tasks.md', 'of somebody else');

  const { code, did } = await syncCli('--layout', 'openspec');
  expect(code).toBe(0);
  expect(did).toEqual([
    'no-place null',
    `pull openspec/changes/run-${count}/proposal.md`,
    `pull openspec/changes/run-${count}/specs/auth/spec.md`,
    `create openspec/changes/run-${count}/tasks.md`,
  ]);
  expect((await documents.get('tasks')).text).toBe('- [ ] 1.1 do\n');
  expect(await read('openspec/changes/other/tasks.md')).toBe('of somebody else');

  // As `openspec archive` moves it.
  await mkdir(at('openspec/changes/archive'));
  const archived = `openspec/changes/archive/2026-11-27-run-${count}`;
  await rename(at(`openspec/changes/run-${count}`), at(archived));
  await edit(`${archived}/tasks.md`, () => '- [x] 1.1 do\n');
  expect((await sync({ layout: 'openspec' })).did).toEqual(['no-place null', `push ${archived}/tasks.md`]);
});

test('the spec-kit layout numbers the feature once', async () => {
  await mkdir(at('specs/004-before'), { recursive: true });
  await run.documents.put({ kind: 'spec', text: 's' });
  await run.documents.put({ kind: 'data-model', text: 'd' });
  expect((await sync({ layout: 'spec-kit' })).did).toEqual([
    `pull specs/005-run-${count}/data-model.md`,
    `pull specs/005-run-${count}/spec.md`,
  ]);
  await write(`specs/005-run-${count}/checklists/ux.md`, '- [ ] x');
  expect((await sync({ layout: 'spec-kit' })).did).toEqual([
    `create specs/005-run-${count}/checklists/ux.md`,
  ]);
  expect((await run.documents.get({ kind: 'checklist', key: 'ux' })).text).toBe('- [ ] x');
});

test('a run that is not there, or no run, is said', async () => {
  const missing = await runCli(['sync', folder, '--run', 'nobody'], { url: server.url });
  expect(missing.code).toBe(3);
  const unnamed = await runCli(['sync', folder], { url: server.url });
  expect(unnamed.code).toBe(2);
});

test('people read a line for each action, and what needs them comes last', async () => {
  await design().put({ kind: 'design', text: 'a' });
  await write('a-binary.md', Buffer.from([0xff]));
  const { code, stdout, stderr } = await runCli(['sync', folder, '--run', run.key], { url: server.url });
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: 'pulled  design.md @1\nREFUSED a-binary.md: it is not UTF-8 text\n',
    stderr: '1 synced, 1 needs you.\n',
  });
});
