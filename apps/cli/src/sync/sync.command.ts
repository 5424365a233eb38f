import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { Command, Option } from 'commander';
import type { Output } from '../output/output.ts';
import { visibleLine } from '../output/visible.ts';
import { parseStepRef } from '../refs/parse-refs.ts';
import { resolveRun } from '../refs/resolve-refs.ts';
import { usageError } from '../shell/cli-error.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { Shell } from '../shell/shell.ts';
import { hasCode } from './files/paths.ts';
import { LAYOUTS, type LayoutName, loadLayout } from './layouts/load-layout.ts';
import { createRunDocuments } from './ledger/run-documents.ts';
import { type Action, isChange, needsPerson } from './pass/actions.ts';
import { renderReport, type SyncReport, summarise } from './report.ts';
import { syncFolder } from './sync-folder.ts';
import { watchBoth } from './watch.ts';

interface SyncOptions {
  layout: LayoutName;
  name?: string;
  step?: string;
  delete?: true;
  restore?: true;
  dryRun?: true;
  watch?: true;
}

const HELP = `
Examples:
  stepledger sync docs/login --run login
  stepledger sync docs/login --run login --dry-run
  stepledger sync . --run add-login --layout openspec
  stepledger sync . --run login --layout spec-kit --name 003-login
  stepledger sync docs/login --run login --watch

Exits with 1 when something waits for a person: a conflict, or a file that cannot be synced as it is.`;

/** `stepledger sync DIR`: the documents of a run and a folder of Markdown files, kept the same both ways. */
export function createSyncCommand(shell: Shell): Command {
  return new Command('sync')
    .description('Keep the documents of a run and a folder of Markdown files the same, both ways.')
    .argument('<dir>', 'the folder; made when it is not there')
    .addOption(new Option('--layout <layout>', 'where documents stand').choices(LAYOUTS).default('plain'))
    .option('--name <name>', 'openspec, spec-kit: the change or feature, when it is not named like the run')
    .option('--step <step>', 'the step for what is saved, as NAME or NAME:KEY')
    .option('--delete', 'deletions travel too, both ways; without it they are told only')
    .option('--restore', 'write files again that were removed here')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--watch', 'go on after every change on either side, until Ctrl-C')
    .addHelpText('after', HELP)
    .action((directory: string, options: SyncOptions) => sync(shell, directory, options));
}

async function sync(shell: Shell, directory: string, options: SyncOptions): Promise<void> {
  checkOptions(options);
  const { ledger, out } = shell;
  const run = await ledger.runs.get({ runId: await resolveRun(shell, undefined) });
  const dryRun = options.dryRun === true;
  const root = await openFolder(path.resolve(shell.directory, directory), dryRun);
  const input = {
    root,
    runId: run.id,
    layout: loadLayout(options.layout, { directory: root, runKey: run.key, name: options.name }),
    documents: createRunDocuments(ledger, run.id),
    options: {
      dryRun,
      delete: options.delete === true,
      restore: options.restore === true,
      step: options.step ?? null,
    },
  };
  const syncOnce = async (): Promise<SyncReport> => {
    const actions = await syncFolder(input);
    return { runId: run.id, directory: root, layout: options.layout, dryRun, actions };
  };
  if (options.watch) {
    const tell = createTeller(out);
    out.say(`Watching ${visibleLine(root)} and the run ${visibleLine(run.key)}; Ctrl-C ends it.`);
    await watchBoth({ shell, root, run, sync: async () => tell(await syncOnce()) });
    return;
  }
  const report = await syncOnce();
  await out.result(report, () => renderReport(report, out));
  out.say(summarise(report));
  if (report.actions.some(needsPerson)) process.exitCode = EXIT.failed;
}

/** Tells of each sync what is new in it: what only still stands there was told before. */
function createTeller(out: Output): (report: SyncReport) => Promise<void> {
  let told = new Set<string>();
  return async (report) => {
    const standing = new Set(report.actions.filter((action) => !isChange(action)).map(toLine));
    const actions = report.actions.filter((action) => isChange(action) || !told.has(toLine(action)));
    told = standing;
    const fresh = { ...report, actions };
    if (actions.length > 0) await out.item(fresh, () => renderReport(fresh, out));
  };
}

function toLine(action: Action): string {
  return JSON.stringify(action);
}

function checkOptions({ step, watch, dryRun, delete: deletes, restore }: SyncOptions): void {
  if (watch && dryRun) throw usageError('--watch and --dry-run exclude each other');
  if (deletes && restore) throw usageError('--delete and --restore exclude each other');
  if (step !== undefined && parseStepRef(step).name === '') throw usageError('--step names no step');
}

/** The folder by its real path; in a dry run one that is not there is taken as empty. */
async function openFolder(directory: string, dryRun: boolean): Promise<string> {
  if (!dryRun) await mkdir(directory, { recursive: true });
  try {
    return await realpath(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return directory;
    throw error;
  }
}
