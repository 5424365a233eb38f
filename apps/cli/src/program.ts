import { Command, CommanderError } from 'commander';
import { createApiCommands } from './api/api-commands.ts';
import { createBlameCommand } from './blame/blame.command.ts';
import { createCatCommand } from './cat/cat.command.ts';
import { addCompletion } from './completion/completion.ts';
import { createDiffCommand } from './diff/diff.command.ts';
import { createDoctorCommand } from './doctor/doctor.command.ts';
import { createEditCommand } from './edit/edit.command.ts';
import { createExportCommand } from './export/export.command.ts';
import { createImportCommand } from './import/import.command.ts';
import { createKeysCommand } from './keys/keys.command.ts';
import { createLogCommand } from './log/log.command.ts';
import { visibleJson } from './output/visible.ts';
import { createRecordCommand } from './record/record.command.ts';
import { createSearchCommand } from './search/search.command.ts';
import { createServeCommand } from './serve/serve.command.ts';
import type { Variables } from './shell/config.ts';
import { EXIT } from './shell/exit-codes.ts';
import { explain } from './shell/explain.ts';
import { type GlobalOptions, LazyShell, type Shell } from './shell/shell.ts';
import { createStopSignal } from './shell/stop-signal.ts';
import { createShowCommand } from './show/show.command.ts';
import { createSyncCommand } from './sync/sync.command.ts';
import { createTailCommand } from './tail/tail.command.ts';
import { VERSION } from './version.ts';

/** The commands written by hand, in the order of `--help`; each is a folder of its name. */
const COMMANDS: readonly ((shell: Shell) => Command)[] = [
  createBlameCommand,
  createCatCommand,
  createDiffCommand,
  createDoctorCommand,
  createEditCommand,
  createExportCommand,
  createImportCommand,
  createKeysCommand,
  createLogCommand,
  createSearchCommand,
  createRecordCommand,
  createServeCommand,
  createShowCommand,
  createSyncCommand,
  createTailCommand,
];

/** Runs the command line; sets the exit code, and answers when all is done. */
export async function runProgram(argv: readonly string[], variables: Variables): Promise<void> {
  endWithoutReader(argv);
  const shell = new LazyShell(variables, createStopSignal());
  const program = createProgram(shell);
  try {
    await program.parseAsync(withShortVersion(argv), { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, isAskedForJson(argv));
  }
}

/** What stands behind `--` is another program's. */
function isAskedForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}

export function createProgram(shell: LazyShell): Command {
  const program = new Command('stepledger')
    .description('Stepledger, the database of record for AI coding agents.')
    .version(VERSION, '-V', 'output the version number; --version as the first word does too')
    .option('--server <url>', 'where the server is (STEPLEDGER_URL; default http://127.0.0.1:4400)')
    .option('--token <key>', 'an API key; better in STEPLEDGER_TOKEN, where others cannot read it')
    .option('--project <slug>', 'the project to work in (STEPLEDGER_PROJECT)')
    .option('--actor <name>', 'who does it, for the entries of the ledger (STEPLEDGER_ACTOR)')
    .option('--run <key>', 'the run that is meant when none is named, by key or id (STEPLEDGER_RUN)')
    .option('--json', 'results as JSON, for programs')
    .option('-q, --quiet', 'results only, nothing said')
    .option('--no-pager', 'large output as it is (STEPLEDGER_PAGER, PAGER; default less)')
    .showSuggestionAfterError()
    .hook('preAction', (_program, command) => shell.configure(command.optsWithGlobals<GlobalOptions>()));
  for (const create of COMMANDS) program.addCommand(create(shell));
  for (const command of createApiCommands(shell)) addOrJoin(program, command);
  addCompletion(program);
  for (const command of withDescendants(program)) prepare(command);
  return program;
}

/** `--version` belongs to the commands, `documents get --version 3`, everywhere but in the first place. */
function withShortVersion(argv: readonly string[]): string[] {
  const [first, ...others] = argv;
  return first === '--version' ? ['-V', ...others] : [...argv];
}

/** A feature whose name a hand-written command has, such as `search`, gives that its subcommands. */
function addOrJoin(program: Command, feature: Command): void {
  const own = program.commands.find((command) => command.name() === feature.name());
  if (own === undefined) program.addCommand(feature);
  else for (const command of feature.commands) own.addCommand(command as Command);
}

/** Every failure comes to `report` as an exception, and help stands where it was asked for only. */
function prepare(command: Command): void {
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void process.stdout.write(text),
      writeErr: (text) => void process.stderr.write(text),
      outputError: () => undefined,
    })
    .showHelpAfterError(false);
}

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap((child) => withDescendants(child as Command))];
}

/** One line what, one line what to do, on standard error; as JSON for programs. */
function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) {
    // --help and --version have printed what was asked for.
    if (error.exitCode === 0) return EXIT.ok;
    // Called without a command, commander has shown the help.
    if (error.code === 'commander.help') return EXIT.usage;
  }
  const { exitCode, ...explanation } = explain(error);
  if (json) process.stderr.write(`${visibleJson(JSON.stringify({ error: explanation }))}\n`);
  else {
    process.stderr.write(`error: ${explanation.message}\n`);
    if (explanation.hint !== undefined) process.stderr.write(`${explanation.hint}\n`);
  }
  return exitCode;
}

/** A reader that has seen enough, such as `head`, is no failure; a disk that is full is one. */
function endWithoutReader(argv: readonly string[]): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    process.exit(report(error, isAskedForJson(argv)));
  });
  // Nobody reads what is said any more, and there is no other place to say so. What is done goes on.
  process.stderr.on('error', () => undefined);
}
