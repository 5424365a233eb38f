import { randomUUID } from 'node:crypto';
import {
  type AppRouter,
  appRouter,
  type Context,
  DEFAULT_PROJECT,
  LOCAL_ACTOR,
  type Log,
  Streams,
} from '@stepledger/api';
import type { Stepledger, StepledgerOptions } from '@stepledger/client';
import {
  assembleStepledger,
  createMemorySpool,
  createRetryPolicy,
  DEFAULT_RETRY,
  DEFAULT_TIMEOUT_MS,
  findRendererFaults,
  globalFetch,
  invalidConfig,
  LOCAL_LIMITS,
  warnOfFailure,
  withReconnects,
} from '@stepledger/client/links';
import { LedgerError, type Project, type Store } from '@stepledger/contract';
import { localLink } from '@trpc/client';
import { createLocalBlobs } from './local-blobs.ts';
import { createLocalEvents } from './local-events.ts';
import { consoleLog, type OpenStore, openStore, type StoreLocation } from './open-store.ts';
import { createWorkAtHand, type WorkAtHand } from './work-at-hand.ts';

export type EmbeddedOptions = StoreLocation & {
  /** The slug of the project to work in, which is made when there is none. Default `default`. */
  project?: string | undefined;
  /** Who does it, for the entries of the ledger. Default `local`. */
  actor?: string | undefined;
  /** The longest that one call may take with all its retries, in milliseconds. Default 60,000. */
  timeoutMs?: number | undefined;
  /** Aborts the start, and every call of this client. */
  signal?: AbortSignal | undefined;
  /** As in `createStepledger`. */
  llmFetch?: StepledgerOptions['llmFetch'];
  onRecordingFailure?: StepledgerOptions['onRecordingFailure'];
  renderers?: StepledgerOptions['renderers'];
  replay?: StepledgerOptions['replay'];
  /** Where faults of ours are reported; default standard error. */
  log?: Log | undefined;
};

/** A Stepledger in this process: the same client, and the database with it. */
export type EmbeddedStepledger = Stepledger &
  AsyncDisposable & {
    /**
     * Waits until all that was recorded is stored, at most 10 s, and for the calls at work; then closes the database and
     * its PostgreSQL. May be called again. Throws NOT_STORED, once all is closed, when something could not be stored.
     */
    close(): Promise<void>;
  };

/**
 * Opens a Stepledger in this process: `await using ledger = await createEmbedded({ dataDir })`.
 *
 * With `dataDir` it starts a private PostgreSQL there, and refuses a directory that another process holds, by
 * that process's name. With `databaseUrl` it uses the operator's. Calls go to the same API as over HTTP.
 */
export async function createEmbedded(options: EmbeddedOptions): Promise<EmbeddedStepledger> {
  const faults = findRendererFaults(options.renderers);
  if (faults.length > 0) throw invalidConfig(faults);
  const opened = await openStore(options, options.signal);
  const inFlight = createWorkAtHand(nameOf(options));
  const streams = new Streams();
  let ledger: Stepledger | undefined;
  let closed: Promise<void> | undefined;
  const end = async () => {
    streams.end();
    try {
      await ledger?.flush({ timeoutMs: FLUSH_MS });
    } finally {
      await inFlight.drain();
      await opened.close();
    }
  };
  const close = () => {
    closed ??= end();
    return closed;
  };
  try {
    const project = await openProject(opened, options.project ?? DEFAULT_PROJECT);
    ledger = assemble({ store: opened.database.store, project, inFlight, streams }, options);
    return Object.assign(ledger, { close, [Symbol.asyncDispose]: close });
  } catch (error) {
    await close();
    throw error;
  }
}

/** How long a close waits for what recording fetches have seen; an answer may still be arriving. */
const FLUSH_MS = 10_000;

/** The default project is there on every server too: procedures across projects work out of it. */
async function openProject({ database }: OpenStore, slug: string): Promise<Project> {
  const standard = await database.ensureProject({ slug: DEFAULT_PROJECT, name: DEFAULT_PROJECT });
  return slug === DEFAULT_PROJECT ? standard : database.ensureProject({ slug, name: slug });
}

/** Stands where a client over HTTP has its server's url. */
function nameOf({ dataDir, databaseUrl }: EmbeddedOptions): string {
  if (dataDir !== undefined) return `embedded:${dataDir}`;
  return `embedded:${databaseUrl === undefined ? '' : new URL(databaseUrl).host}`;
}

interface Parts {
  store: Store;
  project: Pick<Project, 'slug'>;
  inFlight: WorkAtHand;
  streams: Streams;
}

function assemble({ store, project, inFlight, streams }: Parts, options: EmbeddedOptions): Stepledger {
  const { actor = LOCAL_ACTOR, timeoutMs = DEFAULT_TIMEOUT_MS, signal, log = consoleLog } = options;
  const url = nameOf(options);
  const policy = createRetryPolicy(DEFAULT_RETRY, { made: true });
  const findId = once(() => store.findProject(project.slug));
  const openBlobs = async () => {
    const projectId = await findId();
    if (projectId === null) throw new LedgerError('NOT_FOUND', { type: 'project', id: project.slug });
    return store.open({ projectId, actor }).blobs;
  };
  const blobs = createLocalBlobs({ blobs: openBlobs, policy, inFlight, log });
  const createContext = async (): Promise<Context> => ({
    store,
    caller: { project: { slug: project.slug, id: await findId() }, actor, access: 'admin', instance: true },
    requestId: randomUUID(),
    log,
    inFlight,
    streams,
  });
  const subscribe = withReconnects(createLocalEvents(createContext), { policy, url });
  return assembleStepledger({
    url,
    send: localLink<AppRouter>({ router: appRouter, createContext }),
    policy,
    limits: LOCAL_LIMITS,
    blobs,
    subscribe,
    timeoutMs,
    signal,
    // The database is in this process: where it cannot be reached, nothing outlives the process anyway.
    recording: {
      spool: createMemorySpool(),
      llmFetch: options.llmFetch ?? globalFetch,
      onFailure: options.onRecordingFailure ?? warnOfFailure,
    },
    renderers: options.renderers,
    replay: options.replay,
    openProject: (slug) => assemble({ store, project: { slug }, inFlight, streams }, options),
  });
}

/** Keeps what was found; a project that is not there yet may be made later. */
function once(find: () => Promise<string | null>): () => Promise<string | null> {
  let found: string | null = null;
  return async () => {
    found ??= await find();
    return found;
  };
}
