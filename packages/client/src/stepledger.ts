import type { AppRouter, RouterInputs } from '@stepledger/api';
import type { RunComparison } from '@stepledger/contract';
import { createTRPCClient, getUntypedClient, type TRPCClient } from '@trpc/client';
import { type Blobs, createBlobs } from './blobs/blobs.ts';
import { callFeatures } from './calls/call-features.ts';
import type { CallOptions, Features } from './calls/features.ts';
import type { LedgerContext } from './context.ts';
import { DocumentHandle } from './documents/document-handle.ts';
import { stateOfDocument } from './documents/document-state.ts';
import { chainLinks, type LinkChain } from './links/chain-links.ts';
import type { PromptRenderer } from './prompts/renderer.ts';
import { type FlushOptions, Recorder, type RecorderOptions } from './recording/recorder.ts';
import type { ReparseInput, ReparseReport } from './reparse/reparse.ts';
import { createReplay, type ReplayOptions } from './replay/replay.ts';
import { RunHandle } from './runs/run-handle.ts';
import { createSearch, type Search } from './search/search.ts';
import type { TransferCalls } from './transfers/transfer-calls.ts';
import { createTransfers, type Transfers } from './transfers/transfers.ts';

/** What every Stepledger client has beside the API's own functions. */
export interface LedgerHandles extends Transfers {
  /** Where this client's server is. */
  readonly url: string;
  /** Gets the run of this key, or makes it. */
  run(input: RouterInputs['runs']['start'], options?: CallOptions): Promise<RunHandle>;
  /** Gets a document by its id, at its head or at a version. */
  document(documentId: string, options?: CallOptions & { version?: number }): Promise<DocumentHandle>;
  /** Puts runs side by side, by their handles or ids: what each came to, and step by step what was done, in numbers. */
  compare(runs: readonly (RunHandle | string)[], options?: CallOptions): Promise<RunComparison>;
  /** Finds documents, prompts and responses of all runs by what is in them. */
  readonly search: Search;
  /** Large texts and bytes, beside the JSON calls. */
  readonly blobs: Blobs;
  /** Reads stored raw responses again by a new parser; writes nothing unless `dryRun` is false. */
  reparse(input: ReparseInput, options?: CallOptions): Promise<ReparseReport>;
  /**
   * Resolves once everything that recording fetches have seen is in the ledger, the spool of earlier processes too.
   *
   * Throws NOT_STORED, with what is not, when the time (60 s when left out) is up or the server has refused something.
   */
  flush(options?: FlushOptions): Promise<void>;
  /** The tRPC client underneath: with keys, retries and deadlines, with tRPC's own errors. */
  readonly trpc: TRPCClient<AppRouter>;
}

/** A client of one Stepledger: every procedure of the API as a function, and handles for runs and documents. */
export type Stepledger = LedgerHandles & Features;

/** What a Stepledger stands on: the way to a server, and what becomes of recordings. */
export interface StepledgerParts extends LinkChain {
  recording: Omit<RecorderOptions, 'features'>;
  renderers?: readonly PromptRenderer[] | undefined;
  replay?: ReplayOptions | undefined;
  /** Makes the same client of another project, for exports and imports of all. */
  openProject: (slug: string) => Pick<Stepledger, 'transfers' | 'projects' | 'blobs'>;
}

/** Builds the client over any way to a server, as `createStepledger` does over HTTP. */
export function assembleStepledger(parts: StepledgerParts): Stepledger {
  const { url, timeoutMs, signal } = parts;
  const trpc = createTRPCClient<AppRouter>({ links: [chainLinks(parts)] });
  const features = callFeatures({ client: getUntypedClient(trpc), url, subscribe: parts.subscribe, signal });
  const blobs = createBlobs(parts.blobs, { url, timeoutMs, signal });
  const recorder = new Recorder({ features, ...parts.recording });
  const replay = parts.replay ? createReplay(parts.replay, { exchanges: features.exchanges, blobs }) : null;
  const context: LedgerContext = { features, blobs, recorder, replay, renderers: parts.renderers ?? [] };
  const handles: LedgerHandles = {
    url,
    run: async (input, options) => new RunHandle(context, await features.runs.start(input, options)),
    async document(documentId, { version, ...options } = {}) {
      const at = version === undefined ? {} : { version };
      return new DocumentHandle(
        features,
        stateOfDocument(await features.documents.get({ documentId, ...at }, options)),
      );
    },
    compare: (runs, options) => {
      const runIds = runs.map((run) => (typeof run === 'string' ? run : run.id));
      return features.runs.compare({ runIds }, options);
    },
    ...createTransfers({
      calls: { features, blobs, options: {} },
      openProject: (slug): TransferCalls => {
        const ledger = parts.openProject(slug);
        return { features: ledger, blobs: ledger.blobs, options: {} };
      },
    }),
    search: createSearch(features),
    blobs,
    reparse: async (input, options) => {
      const { reparse } = await import('./reparse/reparse.ts');
      return reparse(context, input, options);
    },
    flush: (options) => recorder.flush(options),
    trpc,
  };
  // The functions of the API are found where the handles have no member of that name.
  return withFallback(handles, features);
}

function withFallback<Own extends object, Fallback extends object>(
  own: Own,
  fallback: Fallback,
): Own & Fallback {
  Object.setPrototypeOf(own, fallback);
  return own as Own & Fallback;
}
