import type { RouterInputs } from '@stepledger/api';
import type { AsOf, WrittenDocument } from '@stepledger/contract';
import type { CallOptions, Features } from '../calls/features.ts';
import type { Lists } from '../calls/lists.ts';
import { type StepLike, toStepRef } from '../steps/step-ref.ts';
import { DocumentHandle } from './document-handle.ts';
import { stateOfDocument, stateOfWrite, type WrittenFields } from './document-state.ts';
import { type MovedDocument, readMoved } from './moved-documents.ts';

type Inputs = RouterInputs['documents'];
/** A document to save; the key defaults to the kind. */
export type PutDocument = Omit<Inputs['put'], 'runId' | 'step'>;
export type CreateDocument = Omit<Inputs['create'], 'runId' | 'step'>;
export type PutManyDocuments = Inputs['putMany']['documents'];

/** Names a document of a run: its kind, and its key where that is another. */
export interface FindDocument {
  kind: string;
  key?: string | undefined;
  /** The head when left out. */
  version?: number | undefined;
  /** False when the text is not needed. */
  withText?: boolean | undefined;
  /** Answers a deleted document instead of failing with DELETED. */
  includeDeleted?: boolean | undefined;
  /** Reads the document as it was then; the handle holds what was its head. */
  asOf?: AsOf | undefined;
}

/** The documents of a run or of one of its steps. */
export interface DocumentCollection<Filter> extends Lists<Filter, DocumentHandle> {
  /** Saves the next version of the document with this kind and key in the run, or its first. */
  put(document: PutDocument, options?: CallOptions): Promise<DocumentHandle>;
  /** Saves a new document; fails with ALREADY_EXISTS when the run has this kind and key. */
  create(document: CreateDocument, options?: CallOptions): Promise<DocumentHandle>;
  /** Saves many in one atomic call, at most 1,000: all or none. */
  putMany(
    documents: PutManyDocuments,
    options?: CallOptions & { idempotencyKey?: string },
  ): Promise<DocumentHandle[]>;
  /** Reads a document of the run by its kind and key, whichever step wrote it. */
  get(document: string | FindDocument, options?: CallOptions): Promise<DocumentHandle>;
  /**
   * Reads what a write that was refused with INPUTS_MOVED or VERSION_CONFLICT had not seen: of each document that moved
   * the version it was made from and the one that is the head. Any other error is thrown again.
   */
  moved(error: unknown, options?: CallOptions): Promise<MovedDocument[]>;
}

export function createDocumentCollection<Filter>(
  ledger: Features,
  { runId, step }: { runId: string; step?: StepLike },
  lists: Lists<Filter, DocumentHandle>,
): DocumentCollection<Filter> {
  const target = { runId, ...(step && { step: toStepRef(step) }) };
  const handle = (written: WrittenDocument, fields: WrittenFields) =>
    new DocumentHandle(ledger, stateOfWrite(written, runId, fields), step);
  return {
    ...lists,
    async put(document, options) {
      return handle(await ledger.documents.put({ ...document, ...target }, options), document);
    },
    async create(document, options) {
      return handle(await ledger.documents.create({ ...document, ...target }, options), document);
    },
    async putMany(documents, { idempotencyKey, ...options } = {}) {
      const key = idempotencyKey === undefined ? {} : { idempotencyKey };
      const receipt = await ledger.documents.putMany({ ...target, ...key, documents }, options);
      return toHandles(ledger, { runId, step, written: receipt.documents, inputs: documents });
    },
    async get(document, options) {
      const named = typeof document === 'string' ? { kind: document } : document;
      const found = await ledger.documents.get({ ...named, runId }, options);
      return new DocumentHandle(ledger, stateOfDocument(found), step);
    },
    moved: (error, options) => readMoved(error, { ledger, step }, options),
  };
}

/** The handles of documents that one call wrote; answers stand in the order of the inputs. */
export function toHandles(
  ledger: Features,
  {
    runId,
    step,
    written,
    inputs,
  }: {
    runId: string;
    step?: StepLike | undefined;
    written: readonly WrittenDocument[];
    inputs: readonly WrittenFields[];
  },
): DocumentHandle[] {
  return written.map((document, index) => {
    return new DocumentHandle(ledger, stateOfWrite(document, runId, inputs[index] ?? {}), step);
  });
}
