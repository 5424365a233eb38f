import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireTool, startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTerminal } from './support/terminal.ts';

// Each command is a process, on a machine busy with others.
vi.setConfig({ testTimeout: 90_000 });

const SOURCE = fileURLToPath(new URL('../../apps/cli/src', import.meta.url));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const open = (env: Record<string, string> = {}, size: { rows?: number; columns?: number } = {}) =>
  openTerminal({ ...size, env: { STEPLEDGER_URL: server.url, ...env } });

async function startRun(key: string, entries = 1) {
  const run = await server.ledger.run({ key });
  for (let revision = 2; revision <= entries; revision++) await run.update({ goal: `Goal ${revision}` });
  return run;
}

test('tail is paused and goes on, filters and ends by keys', async () => {
  const run = await startRun('todo-app');
  await using terminal = await open();
  await terminal.enter('stepledger tail todo-app');
  await terminal.shows('run started');
  const put = (key: string) => run.step('design_step').documents.put({ kind: 'design', key, text: 'v1' });

  await put('first');
  await terminal.shows(/r2 .* design\/first@1 created .*\[design_step\]/);

  await terminal.press('Space');
  await terminal.shows('paused');
  await put('second');
  await put('third');
  expect(await terminal.shows('paused, 2 more; space goes on')).not.toContain('second');
  await terminal.press('Space');
  const screen = await terminal.shows('design/third@1');
  expect(screen.indexOf('design/second@1')).toBeLessThan(screen.indexOf('design/third@1'));
  expect(screen).not.toContain('paused');

  await terminal.press('/');
  await terminal.shows('only lines with:');
  await terminal.type('seventh');
  await terminal.press('Enter');
  // What comes while the line is typed is shown by it as well.
  await put('fifth');
  await put('seventh');
  expect(await terminal.shows('design/seventh@1')).not.toContain('design/fifth@1');

  await terminal.press('q');
  expect(await terminal.exitCode()).toBe(0);

  await terminal.enter('stepledger tail todo-app -n 1');
  await terminal.shows('design/seventh@1');
  await terminal.press('C-c');
  expect(await terminal.exitCode()).toBe(0);
  // The keyboard is the shell's again.
  await terminal.enter('stty -a');
  await terminal.shows(/(?<!-)\bicanon\b/);
});

test('nothing that is stored acts on a terminal', async () => {
  const run = await startRun('tricky');
  await run.step('s').documents.put({ kind: 'design', key: 'evil\u202egnp.exe', text: 'x' });
  await run.step('s').fail('\u001b[31mred\u001b]0;title\u0007\nsecond line');
  await using terminal = await open();
  await terminal.enter('stepledger tail tricky --no-follow');
  const screen = await terminal.shows('error:');
  expect(screen).toContain('design/evil\\u202egnp.exe@1');
  expect(screen).toContain('\\x1b[31mred\\x1b]0;title\\x07');
  expect(screen).not.toContain('second line');
});

test('what is longer than the terminal goes through the pager, which may be left early or be missing', async () => {
  await startRun('long', 60);
  await requireTool({ name: 'less', aptPackage: 'less' });
  await using terminal = await open({}, { rows: 12 });
  const tail = 'stepledger tail long --no-follow';
  await terminal.enter(`${tail} --from 1`);
  expect(await terminal.shows(/^:$/m)).toContain('r1 ');
  // Ctrl-C is the pager's.
  await terminal.press('C-c');
  // What is pressed while it is still busy with that may be dropped.
  const goToEnd = async () => {
    await terminal.press('G');
    return terminal.screen();
  };
  await expect.poll(goToEnd, { timeout: 20_000 }).toMatch(/r60 [\s\S]*\(END\)/);
  await terminal.press('q');
  expect(await terminal.exitCode()).toBe(0);

  await terminal.script('leaves', 'head -n 2 > head.txt; echo left early');
  await terminal.enter(`STEPLEDGER_PAGER=leaves PAGER=none ${tail} --from 1`);
  await terminal.shows('left early');
  expect(await terminal.exitCode()).toBe(0);

  await terminal.enter(`PAGER=no-such-pager ${tail} --from 1 2> said.txt`);
  expect(await terminal.exitCode()).toBe(0);
  expect(await terminal.screen()).toContain('r60 ');
  expect(await readFile(path.join(terminal.directory, 'said.txt'), 'utf8')).toMatch(
    /no-such-pager.*cannot be run/,
  );

  await terminal.enter(`PAGER=leaves ${tail} --from 1 --no-pager`);
  expect(await terminal.exitCode()).toBe(0);
  expect(await terminal.screen()).toContain('r60 ');
  // What fits needs no pager.
  await terminal.enter(`PAGER=leaves ${tail} -n 3`);
  expect(await terminal.exitCode()).toBe(0);
  expect(await terminal.screen()).toMatch(/r58 [\s\S]*r59 [\s\S]*r60 /);
});

test('an editor has the terminal, and Ctrl-C in it ends nothing', async () => {
  const run = await startRun('edited');
  const document = await run.step('design_step').documents.put({ kind: 'design', text: 'one\n' });
  await using terminal = await open();
  await terminal.script(
    'editor',
    `trap 'echo interrupted' INT
    echo "editing $(basename "$1")"; while ! read -r line; do :; done; echo "$line" >> "$1"`,
  );
  await terminal.enter(`VISUAL='editor' stepledger edit edited/design --note 'Add the second'`);
  await terminal.shows('editing design.md');
  await terminal.press('C-c');
  await terminal.shows('interrupted');
  await terminal.type('two');
  await terminal.press('Enter');
  await terminal.shows('design@2 saved, revision 3');
  expect(await terminal.exitCode()).toBe(0);
  expect((await document.reload()).text).toBe('one\ntwo\n');
});

test('a conflict opens the editor again, with both sides', async () => {
  const run = await startRun('conflict');
  const document = await run.step('design_step').documents.put({ kind: 'design', text: 'one\ntwo\n' });
  await using terminal = await open();
  await terminal.script(
    'editor',
    `echo opened; cat "$1"; echo end of file; read -r line
    { echo "$line"; echo two; } > "$1"`,
  );
  await terminal.enter('EDITOR=editor stepledger edit conflict/design');
  await terminal.shows('end of file');
  await document.update({ text: 'theirs\ntwo\nthree\n', author: 'bob' });
  await terminal.type('mine');
  await terminal.press('Enter');
  await terminal.shows(
    /<<<<<<< yours\s+mine\s+\|\|\|\|\|\|\| version 1\s+one\s+=======\s+theirs\s+>>>>>>> version 2 by bob/,
  );
  await terminal.type('both');
  await terminal.press('Enter');
  await terminal.shows('design@3 saved');
  expect(await terminal.exitCode()).toBe(0);
  expect((await document.reload()).text).toBe('both\ntwo\n');
});

test('a progress bar stands on its own line, makes room for output and goes away, also at Ctrl-C', async () => {
  await using terminal = await open();
  const program = `
    import { existsSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { openProgress } from '${SOURCE}/output/progress.ts';
    import { LazyShell } from '${SOURCE}/shell/shell.ts';
    import { createStopSignal } from '${SOURCE}/shell/stop-signal.ts';
    const shell = new LazyShell(process.env, createStopSignal());
    shell.configure(process.argv.includes('--quiet') ? { quiet: true } : {});
    using progress = openProgress(shell.out, { label: 'Copying\\u001b[31m', unit: 'entries' });
    progress.advance(7);
    while (!existsSync('go')) await sleep(20);
    progress.update({ done: 30, total: 120 });
    console.log('a result');
    while (existsSync('go') && !shell.signal.aborted) await sleep(20);
  `;
  await writeFile(path.join(terminal.directory, 'progress.ts'), program);
  const command = `'${process.execPath}' progress.ts`;
  await terminal.enter(command);
  await terminal.shows('Copying\\x1b[31m 7 entries');
  const go = path.join(terminal.directory, 'go');
  await writeFile(go, '');
  const screen = await terminal.shows(/25 % \(30 of 120 entries\)/);
  expect(screen).toMatch(/^a result\n.*Copying/m);
  await terminal.press('C-c');
  expect(await terminal.exitCode()).toBe(0);
  expect(await terminal.screen()).not.toContain('Copying');

  await terminal.enter(`${command} --quiet`);
  await terminal.shows('a result');
  await rm(go);
  expect(await terminal.exitCode()).toBe(0);
  expect(await terminal.screen()).not.toContain('Copying');
});
