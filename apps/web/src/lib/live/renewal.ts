import type { LiveEntry, StepledgerErrorCode } from '@stepledger/client';
import type { Query, QueryClient } from '@tanstack/react-query';
import { toCallError } from '../ledger/call-error.ts';
import { isUnchanging } from '../ledger/unchanging.ts';

/** Entries that come together renew the page once. */
const GATHER_MS = 150;
/** How long the next renewal waits for the one before: an answer may hang where the server has gone. */
const RENEW_MS = 3_000;

/** Procedures that answer across runs, or count: any entry may change what they say. */
const ACROSS_RUNS = new Set([
  'runs.list',
  'runs.overview',
  'runs.work',
  'runs.compare',
  'system.stats',
  'stats.exchanges',
  'prompts.usage',
  'prompts.uses',
  'links.graph',
  'workflows.list',
]);

/** Procedures that tell of nothing else of a run: no other entry changes what they say. */
const ONLY_OF: Readonly<Record<string, string>> = { 'steps.list': 'step', 'parses.list': 'parse' };

/** What a few entries have changed. */
interface Touched {
  ids: ReadonlySet<string>;
  whats: ReadonlySet<string>;
}

/** Reads anew what entries touch. */
export function createRenewal(queryClient: QueryClient) {
  let gathered: LiveEntry[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const renew = async () => {
    const touched = toTouched(gathered);
    gathered = [];
    // The next waits for it: entries that keep coming must not cut off each answer before it is there.
    const renewed = queryClient.invalidateQueries({ predicate: (query) => isTouched(query, touched) });
    await Promise.race([renewed, new Promise((resolve) => setTimeout(resolve, RENEW_MS))]);
    timer = undefined;
    if (gathered.length > 0 && !isStopped) plan();
  };
  const plan = () => {
    timer ??= setTimeout(() => void renew(), GATHER_MS);
  };
  return {
    add: (entry: LiveEntry) => {
      gathered.push(entry);
      plan();
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Reads anew what was asked before entries were followed: what was written in between, nobody tells of. */
export function renewEarly(queryClient: QueryClient): void {
  for (const query of queryClient.getQueryCache().findAll()) {
    if (isUnchanging(query)) continue;
    const { queryKey, state, promise } = query;
    const renew = () => void queryClient.invalidateQueries({ queryKey, exact: true });
    // One that is on its way is not cut off: its answer comes sooner than that of another.
    if (isAsked(query)) void promise?.then(renew, renew);
    else if (state.data !== undefined) renew();
  }
}

/** Whether the connection may be why a query has no answer. */
export function isUnsettled(query: Query): boolean {
  return query.state.status === 'error' || query.state.error !== null || isAsked(query);
}

/** Failures without an answer: what failed so is asked for again as soon as the server is well. */
const NO_ANSWER: ReadonlySet<StepledgerErrorCode> = new Set(['UNREACHABLE', 'TIMEOUT', 'UNAVAILABLE']);

export function hadNoAnswer({ state: { error } }: Query): boolean {
  const failed = toCallError(error);
  return failed !== null && NO_ANSWER.has(failed.code);
}

function isAsked({ state }: Query): boolean {
  return state.fetchStatus === 'fetching';
}

function toTouched(entries: readonly LiveEntry[]): Touched {
  return {
    ids: new Set(entries.flatMap(({ runId, changes }) => [runId, ...changes.map(({ id }) => id)])),
    whats: new Set(entries.flatMap(({ changes }) => changes.map(({ what }) => what))),
  };
}

/** Whether an answer may be another now: it failed or is across runs, or its question names one of these ids. */
function isTouched(query: Query, { ids, whats }: Touched): boolean {
  // What was not there may be there now.
  if (query.state.status === 'error') return true;
  if (isUnchanging(query)) return false;
  const { queryKey } = query;
  const [path, options] = queryKey as [readonly string[], { input?: unknown } | undefined];
  const procedure = Array.isArray(path) ? path.join('.') : '';
  if (ACROSS_RUNS.has(procedure)) return true;
  const only = ONLY_OF[procedure];
  if (only !== undefined && !whats.has(only)) return false;
  return namesOneOf(options?.input, ids);
}

function namesOneOf(value: unknown, ids: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return ids.has(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((member) => namesOneOf(member, ids));
}
