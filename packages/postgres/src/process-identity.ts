import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { hasCode } from './fs-errors.ts';
import { runCommand } from './run-command.ts';

/** Names one process for good: a pid alone is given to another process sooner or later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process started, in the words of its system; equal only for the same process. */
  readonly startedAt: string;
  readonly host: string;
  /** The boot and the pid namespace (container) in which the pid means something; empty where there are none. */
  readonly pidSpace: string;
}

/** `ps` takes milliseconds, PowerShell up to seconds on a cold machine. */
const QUERY_TIMEOUT_MS = 20_000;

export async function loadOwnIdentity(): Promise<ProcessIdentity> {
  const startedAt = await loadStartTime(process.pid);
  if (startedAt === undefined) throw new Error('The system does not say when this process started.');
  return { pid: process.pid, startedAt, host: hostname(), pidSpace: await loadPidSpace() };
}

async function loadPidSpace(): Promise<string> {
  if (process.platform !== 'linux') return '';
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  return `${boot} ${await readlink('/proc/self/ns/pid')}`;
}

/** When a process started; undefined when there is none with that pid (a zombie counts as none). */
export async function loadStartTime(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') return loadLinuxStartTime(pid);
  const { exitCode, output } =
    process.platform === 'win32'
      ? await powershell(`(Get-Process -Id ${pid} -ErrorAction Stop).StartTime.ToFileTimeUtc()`)
      : await runCommand('ps', ['-o', 'lstart=', '-p', String(pid)], { timeoutMs: QUERY_TIMEOUT_MS });
  return exitCode === 0 && output.trim() !== '' ? output.trim() : undefined;
}

/** Fields 3 (state) and 22 (start, in ticks since boot) of /proc/<pid>/stat; see proc_pid_stat(5). */
async function loadLinuxStartTime(pid: number): Promise<string | undefined> {
  const stat = await readProc(readFile(`/proc/${pid}/stat`, 'utf8'));
  // The name in field 2 may hold blanks and brackets: count from the last bracket.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return fields[19];
}

/** Whether a pid is a PostgreSQL server that runs on this cluster directory, by the traces that servers leave. */
export async function isServerOf(pid: number, clusterDir: string): Promise<boolean> {
  if (process.platform === 'linux') {
    // A server's working directory is its cluster, under whatever name it was started.
    const [cwd, name] = await Promise.all([
      readProc(readlink(`/proc/${pid}/cwd`)),
      readProc(readFile(`/proc/${pid}/comm`, 'utf8')),
    ]);
    return cwd === clusterDir && name?.startsWith('postgres') === true;
  }
  const { exitCode, output } =
    process.platform === 'win32'
      ? await powershell(`(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CommandLine`)
      : await runCommand('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { timeoutMs: QUERY_TIMEOUT_MS });
  return exitCode === 0 && output.includes('postgres') && output.includes(clusterDir);
}

async function readProc<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    // ENOENT and ESRCH: it has ended. EACCES: it belongs to somebody else.
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return undefined;
    throw error;
  }
}

function powershell(expression: string) {
  return runCommand('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', expression], {
    timeoutMs: QUERY_TIMEOUT_MS,
  });
}
