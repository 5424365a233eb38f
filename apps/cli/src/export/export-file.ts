import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { truncate } from 'node:fs/promises';
import path from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type ExportScope, isLedgerError, type PartialExport, readExport } from '@stepledger/client';
import { inChunks } from '../files/in-chunks.ts';
import { openProgress } from '../output/progress.ts';
import { CliError, usageError } from '../shell/cli-error.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { Shell } from '../shell/shell.ts';

interface FileOptions {
  scope: ExportScope;
  /** What is exported, for people. */
  label: string;
  /** A path, or `-` for standard output. */
  out: string;
  resume: boolean;
}

interface Written {
  out: string;
  lines: number;
  bytes: number;
  /** Whether the file was whole before. */
  complete: boolean;
}

/** Writes an export as JSON Lines, or goes on with one that was cut off. */
export async function exportFile(shell: Shell, options: FileOptions): Promise<void> {
  const { out } = options;
  const file = out === '-' ? null : path.resolve(shell.directory, out);
  checkTarget(file, options);
  const partial = file !== null && options.resume && existsSync(file) ? await readPart(file, options) : null;
  if (partial?.complete) {
    return report(shell, { out, lines: partial.lines, bytes: partial.bytes, complete: true });
  }
  if (file !== null && partial) await truncate(file, partial.bytes);
  try {
    const written = await write(shell, { ...options, file, partial });
    if (file !== null) await report(shell, { out, ...written, complete: false });
  } catch (error) {
    throw file === null || file.endsWith('.gz') ? error : withWayOn(error);
  }
}

function checkTarget(file: string | null, { resume, out }: FileOptions): void {
  if (file === null) {
    if (resume) throw usageError('--resume needs --out', 'It goes on with a file that is there.');
    return;
  }
  if (resume && file.endsWith('.gz')) {
    throw usageError('--resume cannot go on with a compressed file', 'Export without .gz, or anew.');
  }
  if (!resume && existsSync(file)) {
    throw usageError(`${out} is there already`, 'Name another file, or go on with it by --resume.');
  }
}

async function readPart(file: string, { out, scope }: FileOptions): Promise<PartialExport> {
  const partial = await readExport(createReadStream(file));
  const wanted = scopeName(scope);
  if (partial.scope === null || partial.scope === wanted) return partial;
  throw usageError(`${out} is an export of a ${partial.scope}, not of a ${wanted}`);
}

function scopeName({ run, workflow, everything }: ExportScope): string {
  if (run !== undefined) return 'run';
  return workflow === undefined ? (everything ? 'everything' : 'project') : 'workflow';
}

async function write(
  shell: Shell,
  { scope, label, file, partial }: FileOptions & { file: string | null; partial: PartialExport | null },
): Promise<{ lines: number; bytes: number }> {
  let lines = partial?.lines ?? 0;
  let bytes = partial?.bytes ?? 0;
  using progress = openProgress(shell.out, { label, unit: scope.run === undefined ? 'lines' : 'revisions' });
  const exported = shell.ledger.export({
    ...scope,
    resume: partial ?? undefined,
    signal: shell.signal,
    onProgress({ lines, kind, place, until }) {
      if (scope.run === undefined) progress.update({ done: lines });
      else if (kind === 'run') progress.update({ done: place, total: until });
    },
  });
  const counted = async function* (): AsyncGenerator<string, void, undefined> {
    for await (const line of exported) {
      lines += 1;
      bytes += Buffer.byteLength(line);
      yield line;
    }
  };
  const source = Readable.from(inChunks(counted()), { objectMode: false });
  const { signal } = shell;
  if (file === null) {
    await pipeline(source, process.stdout, { end: false, signal });
  } else if (file.endsWith('.gz')) {
    await pipeline(source, createGzip(), openFile(file, 0), { signal });
  } else await pipeline(source, openFile(file, partial?.bytes ?? 0), { signal });
  return { lines, bytes };
}

/** Written through to the disk before it counts as done. */
function openFile(file: string, start: number): Writable {
  return start === 0 && !existsSync(file)
    ? createWriteStream(file, { flags: 'wx', flush: true })
    : createWriteStream(file, { flags: 'r+', start, flush: true });
}

async function report({ out }: Shell, written: Written): Promise<void> {
  await out.result(written, () => {
    const size = `${written.lines.toLocaleString('en')} lines, ${written.bytes.toLocaleString('en')} bytes`;
    return written.complete ? `${written.out} is whole already: ${size}` : `${written.out}: ${size}`;
  });
}

/** What is there of the file is good to go on with. */
function withWayOn(error: unknown): unknown {
  const isStopped = error instanceof Error && error.name === 'AbortError';
  if (!isStopped && !isLedgerError(error, 'ABORTED')) return error;
  return new CliError('The export was stopped', {
    hint: 'The same command with --resume goes on with the file.',
    exitCode: EXIT.interrupted,
    cause: error,
  });
}
