import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { usageError } from './cli-error.ts';
import { explain } from './explain.ts';

const HELP = '`stepledger --help` lists the commands, `stepledger COMMAND --help` tells of one.';

test('what was given on the command line cannot act on the terminal that shows the failure', () => {
  expect(explain(usageError('a\x1b[31m\r\nb\u202e is no run', 'Write \x07 it.'))).toEqual({
    exitCode: 2,
    code: 'USAGE',
    message: 'a\\x1b[31m\\x0d\\nb\\u202e is no run',
    hint: 'Write \\x07 it.',
  });
  const missing = Object.assign(new Error("ENOENT: no such file or directory, open '/a\x1b[2J'"), {
    code: 'ENOENT',
    syscall: 'open',
  });
  expect(explain(missing)).toEqual({
    exitCode: 1,
    code: 'FAILED',
    message: "ENOENT: no such file or directory, open '/a\\x1b[2J'",
    hint: 'Check the path.',
  });
});

test('a wrong command line is one line of what, and one of what was meant', () => {
  const misspelt = "error: unknown command 'shwo\x1b\n'\n(Did you mean show?)";
  expect(explain(new CommanderError(1, 'commander.unknownCommand', misspelt))).toEqual({
    exitCode: 2,
    code: 'USAGE',
    message: "unknown command 'shwo\\x1b\\n'",
    hint: `Did you mean show? ${HELP}`,
  });
  const plain = "error: unknown option '--foo'";
  expect(explain(new CommanderError(1, 'commander.unknownOption', plain))).toMatchObject({
    message: "unknown option '--foo'",
    hint: HELP,
  });
});

test('what was stopped by Ctrl-C is no fault of ours', () => {
  expect(explain(AbortSignal.abort().reason)).toEqual({
    exitCode: 130,
    code: 'ABORTED',
    message: 'It was stopped',
  });
});

test('a fault of ours keeps the lines of its stack', () => {
  const { message, exitCode } = explain(new Error('broken\x1b'));
  expect(exitCode).toBe(70);
  expect(message).toMatch(/^Error: broken\\x1b\n +at /);
});
