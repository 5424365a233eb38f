import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { checkExport, type ImportReport, isLedgerError, type OnConflict } from '@stepledger/client';
import { Command, Option } from 'commander';
import { openProgress } from '../output/progress.ts';
import { visibleLine } from '../output/visible.ts';
import { CliError, usageError } from '../shell/cli-error.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { Shell } from '../shell/shell.ts';

interface ImportOptions {
  onConflict: OnConflict;
  dryRun?: true;
}

export function createImportCommand(shell: Shell): Command {
  return new Command('import')
    .description('Take in a file that `stepledger export` wrote.')
    .argument('<file>', 'the file, compressed when it ends in .gz; - is standard input')
    .addOption(
      new Option(
        '--on-conflict <action>',
        'what to do where a name is taken, or something has other content here',
      )
        .choices(['fail', 'skip', 'rename'])
        .default('fail'),
    )
    .option('--dry-run', 'say what would happen, and write nothing')
    .addHelpText('after', HELP)
    .action((file: string, options: ImportOptions) => runImport(shell, file, options));
}

const HELP = `
What is here already stays as it is: a second import changes nothing, and one that was cut off goes on when it is run
again. A file is held against its last line before anything of it is written; standard input cannot be.
Needs an admin key; a file of all projects needs an instance key.

Examples:
  $ stepledger import todo-app.jsonl --dry-run
  $ stepledger import shop.jsonl.gz --project shop --on-conflict skip
  $ stepledger export todo-app | stepledger import - --project copy`;

async function runImport(shell: Shell, name: string, options: ImportOptions): Promise<void> {
  const { onConflict, dryRun = false } = options;
  const file = name === '-' ? null : path.resolve(shell.directory, name);
  const size = file === null ? undefined : await sizeOf(file, name);
  const unpacked = file?.endsWith('.gz') ? undefined : size;
  if (file !== null) await check(shell, { file, name, size: unpacked });
  using progress = openProgress(shell.out, {
    label: `${dryRun ? 'Looking at' : 'Importing'} ${name}`,
    unit: 'bytes',
    ...(unpacked !== undefined && { total: unpacked }),
  });
  try {
    const report = await shell.ledger.import(addAbortSignal(shell.signal, openFile(file)), {
      onConflict,
      dryRun,
      signal: shell.signal,
      onProgress: ({ bytes }) => progress.update({ done: bytes }),
      onUnit({ kind, name, here, action, reason }) {
        if (action === 'skipped') shell.out.warn(visibleLine(`Skipped ${kind} ${name}: ${reason}`));
        else if (here !== name) shell.out.say(visibleLine(`The ${kind} ${name} is called ${here} here`));
      },
    });
    await shell.out.result(report, () => render(report));
  } catch (error) {
    throw withWayOn(error);
  }
}

async function sizeOf(file: string, name: string): Promise<number> {
  const found = await stat(file);
  if (found.isDirectory()) {
    throw usageError(`${name} is a directory`, 'Name a file that `stepledger export` wrote.');
  }
  if (!found.isFile()) {
    // It is read once to be checked and once to be imported.
    throw usageError(`${name} cannot be read twice`, 'Name a file, or pipe it into `stepledger import -`.');
  }
  return found.size;
}

/** Before anything is written: a file that is cut off or changed leaves nothing behind. */
async function check(
  shell: Shell,
  { file, name, size }: { file: string; name: string; size: number | undefined },
): Promise<void> {
  using progress = openProgress(shell.out, {
    label: `Checking ${name}`,
    unit: 'bytes',
    ...(size !== undefined && { total: size }),
  });
  const counted = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of openFile(file)) {
      shell.signal.throwIfAborted();
      progress.advance((chunk as Uint8Array).length);
      yield chunk as Uint8Array;
    }
  };
  await checkExport(counted());
}

function openFile(file: string | null): Readable {
  if (file === null) return process.stdin;
  const bytes = createReadStream(file, { highWaterMark: 256 * 1024 });
  if (!file.endsWith('.gz')) return bytes;
  const unpacked = createGunzip();
  bytes.on('error', (error) => unpacked.destroy(error));
  return bytes.pipe(unpacked);
}

function render({ dryRun, units, revisions, lines }: ImportReport): string {
  const parts = Object.entries(units).flatMap(([kind, actions]) =>
    Object.entries(actions).flatMap(([action, count]) =>
      count === 0
        ? []
        : `${count.toLocaleString('en')} ${kind}${count === 1 ? '' : 's'} ${WORDS[action] ?? action}`,
    ),
  );
  const done = parts.length === 0 ? 'nothing in it' : parts.join(', ');
  const news = `${revisions.toLocaleString('en')} new revisions`;
  return `${dryRun ? 'Would be: ' : ''}${done}; ${news} out of ${lines.toLocaleString('en')} lines`;
}

const WORDS: Record<string, string> = { present: 'here already' };

/** What came is whole up to a revision. */
function withWayOn(error: unknown): unknown {
  const isStopped = error instanceof Error && error.name === 'AbortError';
  if (!isStopped && !isLedgerError(error, 'ABORTED')) return error;
  return new CliError('The import was stopped', {
    hint: 'The same command goes on where it stopped.',
    exitCode: EXIT.interrupted,
    cause: error,
  });
}
