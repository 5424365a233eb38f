import { describeProcedures } from '@stepledger/api';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../program.ts';
import { LazyShell } from '../shell/shell.ts';
import { toKebabCase } from './example.ts';

const program = createProgram(new LazyShell({}, new AbortController().signal));

function find(names: readonly string[]): Command | undefined {
  return names.reduce<Command | undefined>(
    (command, name) => command?.commands.find((child) => child.name() === name) as Command | undefined,
    program,
  );
}

function helpOf(command: Command): string {
  const help: string[] = [];
  command.configureOutput({ writeOut: (text) => void help.push(text) });
  command.outputHelp();
  return help.join('');
}

test('every procedure is a command of its name, with its summary and an example', () => {
  for (const { path, summary } of describeProcedures()) {
    const names = path.split('.').map(toKebabCase);
    const command = find(names);
    expect(command?.description(), path).toBe(summary);
    expect(command && helpOf(command), path).toContain(`Examples:\n  stepledger ${names.join(' ')}`);
  }
});

test('every command says what it does and gives an example', () => {
  const visit = (command: Command) => {
    expect(command.description(), command.name()).not.toBe('');
    const children = command.commands.filter((child) => !['complete', 'help'].includes(child.name()));
    if (children.length === 0) expect(helpOf(command), command.name()).toContain('Examples:');
    for (const child of children) visit(child as Command);
  };
  for (const command of program.commands.filter((child) => child.name() !== 'complete'))
    visit(command as Command);
});

/** It writes nothing, and reads the global option as its filter; its help says so. */
const SAID_AGAIN = ['tail --actor'];

test('no option of a command hides a global one', () => {
  const globals = new Set(program.options.map(({ long }) => long));
  const visit = (command: Command) => {
    for (const { long } of command.options) {
      const name = `${command.name()} ${long}`;
      expect(globals.has(long) && !SAID_AGAIN.includes(name), name).toBe(false);
    }
    for (const child of command.commands) visit(child as Command);
  };
  for (const command of program.commands) visit(command as Command);
});

test('every example is read without complaint', () => {
  for (const { path } of describeProcedures()) {
    const command = find(path.split('.').map(toKebabCase));
    if (command === undefined) throw new Error(`${path} is no command`);
    const line = /Examples:\n {2}stepledger (.*)/.exec(helpOf(command))?.[1] ?? '';
    const options = line.split(' ').slice(2);
    const { operands, unknown } = new Command().copyInheritedSettings(command).parseOptions([]);
    expect([operands, unknown]).toEqual([[], []]);
    expect(command.parseOptions(options), line).toEqual({ operands: [], unknown: [] });
  }
});
