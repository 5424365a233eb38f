import type { ExportScope } from '@stepledger/client';
import { Command, Option } from 'commander';
import { isId } from '../refs/parse-refs.ts';
import { usageError } from '../shell/cli-error.ts';
import type { Shell } from '../shell/shell.ts';
import { exportFile } from './export-file.ts';
import { exportFolder } from './export-folder.ts';

interface ExportOptions {
  workflow?: string;
  all?: true;
  everything?: true;
  format: 'jsonl' | 'markdown';
  out?: string;
  resume?: true;
}

export function createExportCommand(shell: Shell): Command {
  return new Command('export')
    .description('Write a run, a workflow, a project or all projects into a file, or into a folder to read.')
    .argument('[run]', 'key or id of a run; the one of --run, else the whole project')
    .option('--workflow <name>', 'a workflow with its prompts')
    .option('--all', 'the whole project, also where a run is set by --run or STEPLEDGER_RUN')
    .option('--everything', 'all projects that the key may see')
    .addOption(
      new Option('--format <format>', 'JSON Lines, to import again, or a folder of Markdown files, to read')
        .choices(['jsonl', 'markdown'])
        .default('jsonl'),
    )
    .option(
      '-o, --out <path>',
      'the file, compressed when it ends in .gz, or the folder; - is standard output',
    )
    .option('--resume', 'go on with a file that was cut off')
    .addHelpText('after', HELP)
    .action((run: string | undefined, options: ExportOptions) => runExport(shell, run, options));
}

const HELP = `
The same state gives the same file. What is read back by \`stepledger import\` is what was stored, to the byte.

Examples:
  $ stepledger export todo-app --out todo-app.jsonl
  $ stepledger export --all --out shop.jsonl.gz
  $ stepledger export --everything --out all.jsonl --resume
  $ stepledger export todo-app --format markdown --out todo-app/
  $ stepledger export todo-app | jq -r 'select(.type == "document") | .kind'`;

async function runExport(shell: Shell, run: string | undefined, options: ExportOptions): Promise<void> {
  const { format, out, resume = false } = options;
  const scope = await toScope(shell, run, options);
  const label = `Exporting ${scope.run ?? scope.workflow ?? (scope.everything ? 'everything' : 'the project')}`;
  if (format === 'jsonl') return exportFile(shell, { scope, label, out: out ?? '-', resume });
  if (out === undefined || out === '-')
    throw usageError('--format markdown needs --out', 'It names the folder.');
  if (resume) throw usageError('--resume is for files', 'A folder is written anew.');
  if (scope.workflow !== undefined || scope.everything) {
    throw usageError('--format markdown is for a run or a project');
  }
  return exportFolder(shell, { run: scope.run, label, out });
}

async function toScope(
  shell: Shell,
  ref: string | undefined,
  { workflow, all, everything }: ExportOptions,
): Promise<ExportScope> {
  const given = [ref && 'a run', workflow && '--workflow', all && '--all', everything && '--everything'];
  const named = given.filter((name) => name !== undefined && name !== '');
  if (named.length > 1) throw usageError(`Give one of ${named.join(' and ')}`);
  if (workflow !== undefined) return { workflow };
  if (everything) return { everything: true };
  if (all) return {};
  const run = ref ?? shell.config.run;
  if (run === undefined) return {};
  return { run: isId(run) ? (await shell.ledger.runs.get({ runId: run })).key : run };
}
