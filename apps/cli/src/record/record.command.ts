import type { StepRef } from '@stepledger/client';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseStepRef } from '../refs/parse-refs.ts';
import { usageError } from '../shell/cli-error.ts';
import type { Shell } from '../shell/shell.ts';
import { findStepFault } from './place.ts';
import type { RecordFlags } from './record.ts';
import { PROVIDER_NAMES, PROVIDERS } from './upstreams.ts';

const HELP = `
The program finds the proxy by ${PROVIDER_NAMES.map((name) => PROVIDERS[name].variables[0]).join(', ')}.
Calls of LLMs are recorded, byte for byte; all else that goes there is passed on. A call may name where it is
recorded by the headers x-stepledger-step: NAME[:KEY] and x-stepledger-run: KEY, which go no further.
Headers, and with them API keys, are never stored. The exit code is the program's own.

The run is --run (or STEPLEDGER_RUN), made when it is not there, else a new one whose key is printed. It stays
open, so that more can be recorded into it, unless --complete is given: it then is completed, or failed when the
program's exit code is not 0.

Examples:
  stepledger record -- python agent.py
  stepledger record --run todo-app --step design -- node agent.js --fast
  stepledger record --openai http://127.0.0.1:8000/v1 -- ./agent
  stepledger record --run todo-app --complete --goal 'A todo app' -- npm run agent
  stepledger record --listen 4500 --run todo-app        # until Ctrl-C; prints what to export
`;

export function createRecordCommand(shell: Shell): Command {
  const command = new Command('record')
    .description('Run a program and record its calls of LLMs, without a line of code.')
    .usage('[options] -- COMMAND [ARG...]')
    .argument('[command...]', 'the program and its arguments, behind --')
    .option('--step <name[:key]>', 'the step of calls that name none', 'llm')
    .option('--goal <text>', 'what a new run is for')
    .option('--workflow <name[@version]>', 'the workflow of a new run')
    .option('--complete', 'end the run with the program: completed, or failed when its exit code is not 0')
    .option('--listen <port>', 'listen on this port; without a command, until Ctrl-C', toPort)
    .option('--spool <directory>', 'where recordings wait while the server is away', '.stepledger-spool');
  for (const name of PROVIDER_NAMES) {
    const { variables, defaultUrl } = PROVIDERS[name];
    command.option(`--${name} <url>`, `where ${name} really is (${variables[0]}, else ${defaultUrl})`);
    command.addOption(new Option(`--no-${name}`, `leave ${variables[0]} as it is`).hideHelp());
  }
  return command.addHelpText('after', HELP).action(async (program: string[], flags: RecordFlags) => {
    if (program.length === 0 && flags.listen === undefined)
      throw usageError('No program is named', 'Write it behind --: stepledger record -- python agent.py');
    // With its HTTP client, which no other command needs.
    const { recordProgram } = await import('./record.ts');
    process.exitCode = await recordProgram(shell, { program, flags, step: toStep(flags.step) });
  });
}

function toPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('It must be from 0 to 65535.');
  return port;
}

function toStep(text: string): StepRef {
  const step = parseStepRef(text);
  const fault = findStepFault('--step', step);
  if (fault !== null) throw usageError(fault);
  return step;
}
