import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const AGENT = fileURLToPath(new URL('./agent.ts', import.meta.url));

export interface AgentProcess {
  /** Resolves once the agent has begun; rejects when it ends before. */
  ready: Promise<void>;
  /**
   * How it ended: `done`, by which signal, or `gave up` because the server stayed away for too long. An agent that fails
   * otherwise rejects, with what it said.
   */
  ended: Promise<'done' | 'gave up' | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts the agent of the kill tests: it works on until it is done or dies. */
export function startAgent(args: { url: string; llmUrl: string; key: string; spool: string }): AgentProcess {
  const child = spawn(process.execPath, [AGENT, args.url, args.llmUrl, args.key, args.spool], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  let isDone = false;
  let markReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  createInterface(child.stdout).on('line', (line) => {
    if (line === 'ready') markReady();
    if (line === 'done') isDone = true;
  });
  const ended = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
    if (typeof signal === 'string') return signal;
    // What could not be recorded is told on standard error.
    if (code === 0 && isDone && errors === '') return 'done' as const;
    if (/code: '(UNREACHABLE|UNAVAILABLE|NOT_STORED)'/.test(errors)) return 'gave up' as const;
    throw new Error(`The agent ended with code ${code}: ${errors}`);
  });
  return {
    ready: Promise.race([ready, ended.then(() => undefined)]),
    ended,
    kill: (signal) => void child.kill(signal),
  };
}
