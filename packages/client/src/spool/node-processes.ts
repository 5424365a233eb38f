import { sha256OfText } from '../sha256.ts';
import type { ProcessName } from './file-access.ts';
import { hasCode, type NodeFileSystem, type NodePlatform } from './node-platform.ts';

/** Who this process is. */
export async function nameSelf({ fs, process, hostname }: NodePlatform): Promise<ProcessName> {
  const host = hostname();
  const boot = await readProc(fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8'));
  const space = await readProc(fs.readlink('/proc/self/ns/pid'));
  const { pid } = process;
  const began = (await loadProcess(fs, pid))?.began ?? '0';
  return { host, pid, began, place: (await sha256OfText(JSON.stringify([host, boot, space]))).slice(0, 12) };
}

/** Whether a process of this place is alive; a zombie, or another one that was given its pid, is not. */
export async function isAlive(
  { fs, process }: NodePlatform,
  { pid, began }: { pid: number; began: string },
): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it belongs to somebody else.
    if (!hasCode(error, 'EPERM')) return false;
  }
  const found = await loadProcess(fs, pid);
  if (found === null) return true;
  return !found.isZombie && (began === '0' || began === found.began);
}

/** Fields 3 (state) and 22 (start, in ticks since boot) of /proc/<pid>/stat; see proc_pid_stat(5). Linux only. */
async function loadProcess(
  fs: NodeFileSystem,
  pid: number,
): Promise<{ began: string; isZombie: boolean } | null> {
  const stat = await readProc(fs.readFile(`/proc/${pid}/stat`, 'utf8'));
  // The name in field 2 may hold blanks and brackets: count from the last bracket.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const [state, began] = [fields[0], fields[19]];
  if (began === undefined) return null;
  return { began, isZombie: state === 'Z' || state === 'X' };
}

async function readProc(reading: Promise<string>): Promise<string | null> {
  try {
    return await reading;
  } catch {
    // Not Linux, or a sandbox that hides it: then a pid must do.
    return null;
  }
}
