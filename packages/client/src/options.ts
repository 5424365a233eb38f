import { API_VERSION, type FieldIssue, identifierSchema, projectSlugSchema } from '@stepledger/contract';
import { invalidConfig } from './errors/client-errors.ts';
import type { RecordingFailure } from './errors/stepledger-error.ts';
import { API_HEADER, type FetchFunction } from './http/checked-fetch.ts';
import { findRendererFaults, type PromptRenderer } from './prompts/renderer.ts';
import type { ReplayOptions } from './replay/replay.ts';
import { DEFAULT_RETRY, type RetryOptions } from './retries/retry-policy.ts';

export interface StepledgerOptions {
  /** Where the server listens, as it prints it: `http://127.0.0.1:4400`. A path before `/trpc` is kept. */
  url: string | URL;
  /** An API key, `sl_...`. A server on loopback needs none. */
  token?: string | undefined;
  /** The slug of the project to work in; a project's own key already names it. */
  project?: string | undefined;
  /** Who does it, for the entries of the ledger; the key's name when left out. */
  actor?: string | undefined;
  /** The longest that one call may take with all its retries, in milliseconds. Default 60,000. */
  timeoutMs?: number | undefined;
  /** How failed tries are repeated; `false` for not at all. */
  retry?: Partial<RetryOptions> | false | undefined;
  /** In place of the global `fetch`. */
  fetch?: FetchFunction | undefined;
  /** Aborts every call of this client. */
  signal?: AbortSignal | undefined;
  /** The way to the LLMs for `step.fetch` and `execute`, in place of the global `fetch`. */
  llmFetch?: FetchFunction | undefined;
  /**
   * Where recordings wait while the server cannot be reached: `directory` is `.stepledger-spool` when left out, in the
   * working directory, and holds at most `maxBytes`, 256 MiB when left out. `false`, and platforms without files, keep
   * them in memory.
   */
  spool?: SpoolOptions | false | undefined;
  /** Told of each recording that cannot be stored; the console when left out. `flush` throws them as well. */
  onRecordingFailure?: ((failure: RecordingFailure) => void) | undefined;
  /** Answers calls to LLMs out of the ledger: for tests of an agent that run offline. */
  replay?: ReplayOptions | undefined;
  /** Render stored prompts of syntaxes that the server does not, such as `liquid()` of `@stepledger/client/liquid`. */
  renderers?: readonly PromptRenderer[] | undefined;
}

export interface SpoolOptions {
  directory?: string | undefined;
  maxBytes?: number | undefined;
}

export interface ResolvedOptions {
  /** Without a slash at the end. */
  url: string;
  headers: Record<string, string>;
  timeoutMs: number;
  retry: RetryOptions;
  fetch: FetchFunction;
  signal: AbortSignal | undefined;
  llmFetch: FetchFunction;
  spool: SpoolOptions | false;
  onRecordingFailure: (failure: RecordingFailure) => void;
  replay: ReplayOptions | undefined;
  renderers: readonly PromptRenderer[];
}

/** A minute: as long as the server gives one request. */
export const DEFAULT_TIMEOUT_MS = 60_000;
/** The longest delay that a timer can hold. */
const MAX_TIMER_MS = 2_147_483_647;

/** Called through globalThis each time, because browsers refuse a fetch without its window. */
export const globalFetch: FetchFunction = (input, init) => globalThis.fetch(input, init);

/** Never a text or a key: only what was refused and why. */
export function warnOfFailure({ path, exchangeId, reason }: RecordingFailure): void {
  console.warn(`stepledger: ${path} of exchange ${exchangeId} is not stored: ${reason}`);
}

/** Throws INVALID_CONFIG with all faults together. */
export function resolveOptions(options: StepledgerOptions): ResolvedOptions {
  const issues: FieldIssue[] = [];
  const check = (ok: boolean, path: string, reason: string) => {
    if (!ok) issues.push({ path, reason });
  };
  const { token, project, actor, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;

  const url = readUrl(options.url, issues);
  check(
    token === undefined || (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)),
    'token',
    'must be an API key: no blanks, no line breaks, not empty',
  );
  check(
    project === undefined || projectSlugSchema.safeParse(project).success,
    'project',
    'must be 1 to 48 of a-z, 0-9 and inner hyphens',
  );
  check(
    actor === undefined || identifierSchema.safeParse(actor).success,
    'actor',
    'must be 1 to 200 characters, none of them a control character',
  );
  check(isWithin(timeoutMs, 1, MAX_TIMER_MS), 'timeoutMs', `must be from 1 to ${MAX_TIMER_MS}`);
  const retry =
    options.retry === false ? { ...DEFAULT_RETRY, attempts: 1 } : { ...DEFAULT_RETRY, ...options.retry };
  check(
    Number.isInteger(retry.attempts) && retry.attempts >= 1,
    'retry.attempts',
    'must be a whole number from 1',
  );
  check(isWithin(retry.minDelayMs, 0, MAX_TIMER_MS), 'retry.minDelayMs', `must be from 0 to ${MAX_TIMER_MS}`);
  check(isWithin(retry.maxDelayMs, 0, MAX_TIMER_MS), 'retry.maxDelayMs', `must be from 0 to ${MAX_TIMER_MS}`);
  const fetch: unknown = options.fetch ?? globalThis.fetch;
  check(typeof fetch === 'function', 'fetch', 'must be given: this platform has no global fetch');
  check(signal === undefined || signal instanceof AbortSignal, 'signal', 'must be an AbortSignal');
  check(
    options.llmFetch === undefined || typeof options.llmFetch === 'function',
    'llmFetch',
    'must be a function like fetch',
  );
  const spool = options.spool || {};
  check(
    spool.maxBytes === undefined || isWithin(spool.maxBytes, 1, Number.MAX_SAFE_INTEGER),
    'spool.maxBytes',
    'must be a number of bytes from 1',
  );
  check(
    spool.directory === undefined || (typeof spool.directory === 'string' && spool.directory !== ''),
    'spool.directory',
    'must be the path of a directory',
  );
  issues.push(...findRendererFaults(options.renderers));
  if (url === null || issues.length > 0) throw invalidConfig(issues);

  return {
    url,
    headers: toHeaders({ token, project, actor }),
    timeoutMs,
    retry,
    fetch: options.fetch ?? globalFetch,
    signal,
    llmFetch: options.llmFetch ?? globalFetch,
    spool: options.spool ?? {},
    onRecordingFailure: options.onRecordingFailure ?? warnOfFailure,
    replay: options.replay,
    renderers: options.renderers ?? [],
  };
}

function readUrl(value: unknown, issues: FieldIssue[]): string | null {
  const refuse = (reason: string) => {
    issues.push({ path: 'url', reason });
    return null;
  };
  const parsed = URL.canParse(String(value)) ? new URL(String(value)) : null;
  if (parsed === null) return refuse('must be the address of a server, such as http://127.0.0.1:4400');
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
    return refuse('must begin with http:// or https://');
  if (parsed.username || parsed.password)
    return refuse('must not hold credentials; pass the API key as `token`');
  if (parsed.search || parsed.hash) return refuse('must end before ? and #');
  if (/\/(?:trpc|raw)\/?$/.test(parsed.pathname)) return refuse('must end before /trpc');
  return parsed.href.replace(/\/+$/, '');
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}

function toHeaders({ token, project, actor }: Pick<StepledgerOptions, 'token' | 'project' | 'actor'>) {
  const headers: Record<string, string> = { [API_HEADER]: API_VERSION };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (project !== undefined) headers['x-stepledger-project'] = project;
  // Header values are bytes, so names outside ASCII travel percent-encoded.
  if (actor !== undefined) headers['x-stepledger-actor'] = encodeURIComponent(actor);
  return headers;
}
