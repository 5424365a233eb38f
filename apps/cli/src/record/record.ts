import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { isLedgerError, type StepRef } from '@stepledger/client';
import { visibleLine } from '../output/visible.ts';
import { isId } from '../refs/parse-refs.ts';
import { usageError } from '../shell/cli-error.ts';
import type { Shell } from '../shell/shell.ts';
import { toProxyVariables } from './child-environment.ts';
import { type LlmProxy, openProxy } from './proxy.ts';
import { openRecordings, type Recordings } from './recordings.ts';
import { type ChildEnd, FORWARDED, runChild } from './run-child.ts';
import { type Ended, renderFailure, report } from './summary.ts';
import { openTransport } from './transport.ts';
import { resolveUpstreams, type UpstreamFlags } from './upstreams.ts';

/** Ending the run is the last call; its server has just answered others. */
const COMPLETE_MS = 10_000;

export interface RecordFlags extends UpstreamFlags {
  step: string;
  goal?: string;
  workflow?: string;
  complete?: true;
  listen?: number;
  spool: string;
}

export interface RecordInput {
  /** The program and its arguments; empty to only listen. */
  program: readonly string[];
  flags: RecordFlags;
  step: StepRef;
}

/** Records the calls of a program, or of all that use the port until Ctrl-C; answers the exit code. */
export async function recordProgram(shell: Shell, input: RecordInput): Promise<number> {
  const { variables } = shell;
  const { flags, program } = input;
  const upstreams = resolveUpstreams(flags, variables);
  await using transport = openTransport(variables);
  const llmFetch = transport.fetch;
  const recordings = await openRecordings({
    ...(await toOptions(shell, input)),
    llmFetch,
    readHeaders: transport.readHeaders,
    signal: shell.signal,
    // Beside a program, what it shows on the terminal is not disturbed: failures are told at the end.
    ...(program.length === 0 && { onFailure: (failure) => shell.out.warn(renderFailure(failure)) }),
  });
  const faults: unknown[] = [];
  await using proxy = await openProxy({
    upstreams,
    port: flags.listen ?? 0,
    recordings,
    llmFetch,
    onFault: (fault) => faults.push(fault),
  });
  if (!shell.out.json) shell.out.say(`recording into run ${visibleLine(recordings.run.key)}`);

  takeSignals();
  const end =
    program.length === 0
      ? await listen(shell, proxy)
      : await runChild(program, {
          environment: toEnvironment(shell, { proxy, recordings }),
          directory: shell.directory,
        });
  proxy.stop();
  const ended = await settle({ recordings, proxy, end, completes: flags.complete === true });
  report(shell, { ended, faults, spool: flags.spool });
  // Under --json the report says it.
  if (end.notStarted !== null && !shell.out.json)
    shell.out.warn(`error: ${visibleLine(program[0] ?? '')} could not be started: ${end.notStarted}`);
  return end.exitCode;
}

async function toOptions(shell: Shell, { flags, step }: RecordInput) {
  const { url, token, project, actor } = shell.config;
  const workflow = flags.workflow === undefined ? {} : { workflow: parseWorkflow(flags.workflow) };
  return {
    // Not the shell's: it must outlive Ctrl-C, and keep what the server does not take.
    client: { url, token, project, actor, spool: { directory: flags.spool } },
    run: {
      key: await toRunKey(shell),
      ...workflow,
      ...(flags.goal !== undefined && { goal: flags.goal }),
    },
    step,
  };
}

async function toRunKey({ config, ledger }: Shell): Promise<string> {
  if (config.run === undefined) {
    const time = new Date().toISOString().replace(/[-:]/g, '').slice(0, 15);
    return `record-${time}-${randomBytes(3).toString('hex')}`;
  }
  return isId(config.run) ? (await ledger.runs.get({ runId: config.run })).key : config.run;
}

function parseWorkflow(text: string) {
  const [, name, version] = /^(.+?)(?:@(\d{1,9}))?$/.exec(text) ?? [];
  if (name === undefined) throw usageError('--workflow must be a NAME or NAME@VERSION');
  return version === undefined ? { name } : { name, version: Number(version) };
}

interface Surroundings {
  proxy: LlmProxy;
  recordings: Recordings;
}

/** What the program finds: the proxy in place of its LLMs, and the run, for its own calls of the ledger. */
function toEnvironment({ variables, config }: Shell, { proxy, recordings }: Surroundings): NodeJS.ProcessEnv {
  return {
    ...variables,
    ...toProxyVariables({ urls: proxy.urls, variables }),
    STEPLEDGER_URL: config.url,
    STEPLEDGER_RUN: recordings.run.key,
  };
}

/**
 * Takes the signals over from the command line, which ends with the second one, while a program may be sent any number.
 * From here on none ends us by itself, as it would in the moment in which nobody listens.
 */
function takeSignals(): void {
  for (const signal of FORWARDED) {
    const others = process.listeners(signal);
    process.on(signal, () => undefined);
    for (const other of others) process.removeListener(signal, other);
  }
}

/** Fires at the next signal that asks to stop. */
function nextStop(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}

async function listen({ out, variables }: Shell, { urls }: LlmProxy): Promise<ChildEnd> {
  const stop = nextStop();
  const environment = toProxyVariables({ urls, variables });
  await out.result({ environment }, () =>
    Object.entries(environment)
      .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`)
      .join('\n'),
  );
  if (!stop.aborted) await once(stop, 'abort');
  return { exitCode: 0, notStarted: null };
}

interface Settling extends Surroundings {
  end: ChildEnd;
  completes: boolean;
}

/** Waits for what is not stored yet, in bounds and no longer than the next Ctrl-C, and ends the run where asked to. */
async function settle({ recordings, proxy, end, completes }: Settling): Promise<Ended> {
  const stop = nextStop();
  let summary = await recordings.settle(stop);
  if (summary.inFlight > 0) {
    // A server that takes its time, or a child of the program that still calls: nothing may keep us from ending.
    await proxy[Symbol.asyncDispose]();
    summary = await recordings.abandon();
  }
  const { exitCode, notStarted } = end;
  const isStored = summary.inFlight + summary.spooled === 0;
  if (!completes || !isStored) return { ...summary, exitCode, notStarted, status: null };
  const status = exitCode === 0 ? 'completed' : 'failed';
  try {
    await recordings.run.complete({ status }, { timeoutMs: COMPLETE_MS, signal: stop });
    return { ...summary, exitCode, notStarted, status };
  } catch (error) {
    if (!isLedgerError(error)) throw error;
    const failure = { path: 'runs.complete', exchangeId: null, reason: error.message };
    return { ...summary, failures: [...summary.failures, failure], exitCode, notStarted, status: null };
  }
}
