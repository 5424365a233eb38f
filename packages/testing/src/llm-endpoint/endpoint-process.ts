import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Behaviour } from './behaviour.ts';
import { type LoggedRequest, parseLog } from './log.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

export interface LlmEndpointProcess extends AsyncDisposable {
  readonly url: string;
  /** Reads what has arrived and how it was answered, in order. */
  log(): Promise<LoggedRequest[]>;
  close(): Promise<void>;
}

/**
 * Starts an LLM endpoint in a process of its own, which outlives every agent that it serves but not this process.
 *
 * `behaviours` are taken in turn by the requests, round and round.
 */
export async function startLlmEndpointProcess({
  behaviours = [{}],
}: {
  behaviours?: Behaviour[];
} = {}): Promise<LlmEndpointProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'stepledger-llm-'));
  const log = join(directory, 'log.jsonl');
  const file = join(directory, 'behaviours.json');
  await Promise.all([writeFile(log, ''), writeFile(file, JSON.stringify(behaviours))]);
  const child = spawn(process.execPath, [MAIN, '--log', log, '--behaviours', file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= (async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(directory, { recursive: true, force: true });
    })();
    return closed;
  };
  const url = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
    exited.then(() => null),
  ]);
  if (url === null) {
    await close();
    throw new Error('The LLM endpoint ended before it was ready');
  }
  return { url, log: async () => parseLog(await readFile(log, 'utf8')), close, [Symbol.asyncDispose]: close };
}
