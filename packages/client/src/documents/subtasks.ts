import type { RouterInputs } from '@stepledger/api';
import type { ClaimedDocument, ClaimLease, DocumentReceipt, ReleasedClaim } from '@stepledger/contract';
import type { CallOptions, Features } from '../calls/features.ts';
import { createLists, type FilterOf } from '../calls/lists.ts';
import { type ChangeOptions, DocumentHandle, type DocumentUpdate } from './document-handle.ts';
import { stateOfDocument } from './document-state.ts';

type Inputs = RouterInputs['documents'];
export type ReadyFilter = FilterOf<Inputs['ready'], 'runId'>;
export type ClaimInput = Omit<Inputs['claim'], 'runId'>;

/** The documents of a run as work that many agents share. */
export interface Subtasks {
  /**
   * The documents that work may begin on, oldest first: open, claimed by nobody, and all that they depend on is `done`,
   * `dropped` or deleted.
   */
  ready(filter?: ReadyFilter, options?: CallOptions): Promise<DocumentHandle[]>;
  /** Takes the next of them; no other caller gets it while the lease lasts. Null when none is ready. */
  claim(input: ClaimInput, options?: CallOptions): Promise<ClaimHandle | null>;
}

export function createSubtasks(ledger: Features, runId: string): Subtasks {
  const { list } = createLists(
    (filter: ReadyFilter | undefined, options) => ledger.documents.ready({ ...filter, runId }, options),
    (document) => new DocumentHandle(ledger, stateOfDocument(document)),
  );
  return {
    ready: list,
    async claim(input, options) {
      const { claimed } = await ledger.documents.claim({ ...input, runId }, options);
      if (!claimed) return null;
      const { documentId } = claimed;
      const document = await ledger.documents.get({ documentId, includeDeleted: true }, options);
      return new ClaimHandle(ledger, claimed, new DocumentHandle(ledger, stateOfDocument(document)));
    },
  };
}

/**
 * A document that this holder alone works on, until it is done, given back, or the lease runs out.
 *
 * Every call fails with CLAIM_LOST once another has taken the document over: then stop, it is theirs.
 */
export class ClaimHandle {
  /** At its head when it was claimed. Changes by `document.update` are not held against the claim; those by `done` are. */
  readonly document: DocumentHandle;
  readonly holder: string;
  /** The revision at which it was claimed, which names the claim. */
  readonly claim: number;
  /** Whose lapsed claim this took over; null when nobody's. */
  readonly takenOverFrom: string | null;
  readonly #ledger: Features;

  constructor(ledger: Features, claimed: ClaimedDocument, document: DocumentHandle) {
    this.#ledger = ledger;
    this.document = document;
    this.holder = claimed.holder;
    this.claim = claimed.claim;
    this.takenOverFrom = claimed.takenOverFrom;
  }

  /**
   * Saves that the work is done, with further changes if any, and ends the claim in the same commit.
   *
   * Another `status` is possible: `dropped` ends the claim as well, any other keeps it. The claim is the guard here:
   * `expectedVersion` is not checked unless it is given.
   */
  done(change: DocumentUpdate = {}, options: ChangeOptions = {}): Promise<DocumentReceipt> {
    const update = { status: 'done', ...change, claim: this.claim };
    return this.document.update(update, { expectedVersion: 'any', ...options });
  }

  /** Gives the document back for others to claim. */
  release(options?: CallOptions): Promise<ReleasedClaim> {
    return this.#ledger.documents.release(this.#named(), options);
  }

  /** Begins the lease anew, 900 s when left out. Call it well before the lease ends. */
  renew({ leaseSeconds }: { leaseSeconds?: number } = {}, options?: CallOptions): Promise<ClaimLease> {
    const lease = leaseSeconds === undefined ? {} : { leaseSeconds };
    return this.#ledger.documents.renew({ ...this.#named(), ...lease }, options);
  }

  #named() {
    return { documentId: this.document.id, claim: this.claim };
  }
}
