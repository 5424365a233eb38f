import {
  claimDocumentInput,
  claimDocumentSchema,
  claimLeaseSchema,
  claimPageSchema,
  createDocumentInput,
  deleteDocumentInput,
  diffDocumentInput,
  documentHistoryInput,
  documentPageSchema,
  documentReceiptSchema,
  documentSchema,
  documentsByParseInput,
  documentsByStepInput,
  getDocumentInput,
  listClaimsInput,
  listDocumentsInput,
  purgeDocumentInput,
  purgedDocumentSchema,
  putDocumentInput,
  putManyDocumentsInput,
  putManyDocumentsSchema,
  readyDocumentsInput,
  releaseClaimInput,
  releasedClaimSchema,
  renewClaimInput,
  restoreDocumentInput,
  textDiffSchema,
  undeleteDocumentInput,
  updateDocumentInput,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const documentsRouter = router({
  /**
   * Saves a new document as version 1.
   *
   * Refuses with ALREADY_EXISTS when the run has this kind and key, also a deleted one, which `undelete` brings
   * back. INPUTS_MOVED when a version that it is `basedOn` is no longer the head. NOT_FOUND when the run, a blob or the target of a link does not exist, UNKNOWN_STEP when the run's
   * workflow has no such step. A retry with the same idempotency key is safe.
   */
  create: procedure({
    summary: 'Save a new document.',
    access: 'write',
    errors: ['NOT_FOUND', 'ALREADY_EXISTS', 'INPUTS_MOVED', 'UNKNOWN_STEP'],
  })
    .input(createDocumentInput)
    .output(documentReceiptSchema)
    .mutation(({ ctx, input }) => ctx.services.documents.create(input)),

  /**
   * Saves a document: the next version of the one with this kind and key in the run, or its first.
   *
   * Refuses with VERSION_CONFLICT when `expectedVersion` is no longer the head, INPUTS_MOVED when a version that it is
   * `basedOn` is none, CYCLE when its links would make documents depend on themselves; nothing is then stored. NOT_FOUND
   * when the run, a blob or the target of a link does not exist, UNKNOWN_STEP when the run's workflow has no such
   * step. A retry with the same idempotency key is safe.
   */
  put: procedure({
    summary: 'Save a document, new or not.',
    access: 'write',
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'INPUTS_MOVED', 'CYCLE', 'UNKNOWN_STEP'],
  })
    .input(putDocumentInput)
    .output(documentReceiptSchema)
    .mutation(({ ctx, input }) => ctx.services.documents.put(input)),

  /**
   * Saves up to 1,000 documents of one run as one entry, all or none.
   *
   * Refuses with VERSION_CONFLICT when one of them moved; then none is stored. All else as with `put`. A retry with the same idempotency key is safe.
   */
  putMany: procedure({
    summary: 'Save many documents at once, all or none.',
    access: 'write',
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'INPUTS_MOVED', 'CYCLE', 'UNKNOWN_STEP'],
  })
    .input(putManyDocumentsInput)
    .output(putManyDocumentsSchema)
    .mutation(({ ctx, input }) => ctx.services.documents.putMany(input)),

  /**
   * Saves a new version of a document, of its text or its attributes.
   *
   * Refuses with VERSION_CONFLICT when `expectedVersion` is no longer the head; the stored text is then unchanged,
   * so reading again and retrying is safe. INPUTS_MOVED when a version that it is `basedOn` is no longer the head,
   * CLAIM_LOST when `claim` is given and no longer held. With the status `done` or `dropped` the claim on the document
   * ends. DELETED when the document is gone, NOT_FOUND when it never was. A retry
   * with the same idempotency key is safe.
   */
  update: procedure({
    summary: 'Save a new version, unless somebody else did.',
    access: 'write',
    errors: [
      'NOT_FOUND',
      'VERSION_CONFLICT',
      'INPUTS_MOVED',
      'CLAIM_LOST',
      'DELETED',
      'PURGED',
      'UNKNOWN_STEP',
    ],
  })
    .input(updateDocumentInput)
    .output(documentReceiptSchema)
    .mutation(({ ctx, input }) => ctx.services.documents.update(input)),

  /**
   * Reads a document at its head or at a version, by id or by run, kind and key.
   *
   * As of a revision the head is what it was then. NOT_FOUND when there is or was none, DELETED when it is or was gone
   * and `includeDeleted` is not set, PURGED when the text of that version was purged, also in the past.
   */
  get: procedure({
    summary: 'Read a document at its head or at a version.',
    access: 'read',
    errors: ['NOT_FOUND', 'DELETED', 'PURGED'],
  })
    .input(getDocumentInput)
    .output(documentSchema)
    .query(({ ctx, input }) => ctx.services.documents.get(input)),

  /**
   * Lists documents at their heads, of now or of the past of a run, oldest or newest first, page by page: by step, kind,
   * tags and status.
   */
  list: procedure({
    summary: 'List documents by run, step, kind, tags and status.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(listDocumentsInput)
    .output(documentPageSchema)
    .query(({ ctx, input }) => ctx.services.documents.list(input)),

  /**
   * Lists all documents that a step wrote, page by page, in a run or across all runs of the project.
   *
   * Each at the newest version that the step wrote, or at its head if wished, in the order of writing or the other way
   * round. What the step writes again while pages are read moves to the newest end, so that it may come twice or, newest
   * first, not at all; with `asOf`, all pages are of one revision.
   */
  byStep: procedure({
    summary: 'List all documents of a step, in one run or across all.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(documentsByStepInput)
    .output(documentPageSchema)
    .query(({ ctx, input }) => ctx.services.documents.byStep(input)),

  /** Lists exactly the document versions that a parse made, in their order; NOT_FOUND when there is no such parse. */
  byParse: procedure({
    summary: 'List the document versions that a parse made.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(documentsByParseInput)
    .output(documentPageSchema)
    .query(({ ctx, input }) => ctx.services.documents.byParse(input)),

  /** Lists every version of a document, oldest first, page by page; NOT_FOUND when there is none. */
  history: procedure({
    summary: 'List every version of a document.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(documentHistoryInput)
    .output(documentPageSchema)
    .query(({ ctx, input }) => ctx.services.documents.history(input)),

  /** Compares two versions of a document line by line; NOT_FOUND or PURGED when one of them is not there. */
  diff: procedure({
    summary: 'Compare two versions of a document line by line.',
    access: 'read',
    errors: ['NOT_FOUND', 'PURGED'],
  })
    .input(diffDocumentInput)
    .output(textDiffSchema)
    .query(({ ctx, input }) => ctx.services.documents.diff(input)),

  /**
   * Makes an old version the head again, as a new version.
   *
   * Refuses with VERSION_CONFLICT when `expectedVersion` is no longer the head, PURGED when that version's text is
   * gone. NOT_FOUND when there is none. A retry with the same idempotency key is safe.
   */
  restore: procedure({
    summary: 'Make an old version the head again.',
    access: 'write',
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'PURGED', 'UNKNOWN_STEP'],
  })
    .input(restoreDocumentInput)
    .output(documentReceiptSchema)
    .mutation(({ ctx, input }) => ctx.services.documents.restore(input)),

  /**
   * Deletes a document by a new version, so that `undelete` can bring it back.
   *
   * Refuses with VERSION_CONFLICT when `expectedVersion` is no longer the head. DELETED when it is gone already,
   * NOT_FOUND when it never was. A retry with the same idempotency key is safe.
   */
  delete: procedure({
    summary: 'Delete a document; undelete brings it back.',
    access: 'write',
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'DELETED', 'UNKNOWN_STEP'],
  })
    .input(deleteDocumentInput)
    .output(documentReceiptSchema)
    .mutation(({ ctx, input }) => ctx.services.documents.delete(input)),

  /**
   * Brings a deleted document back as it was, by a new version.
   *
   * INVALID_STATE when it is not deleted, PURGED when its text is gone, VERSION_CONFLICT when `expectedVersion` is
   * no longer the head, NOT_FOUND when there is none. A retry with the same idempotency key is safe.
   */
  undelete: procedure({
    summary: 'Bring a deleted document back.',
    access: 'write',
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'INVALID_STATE', 'PURGED', 'UNKNOWN_STEP'],
  })
    .input(undeleteDocumentInput)
    .output(documentReceiptSchema)
    .mutation(({ ctx, input }) => ctx.services.documents.undelete(input)),

  /**
   * Destroys the texts of a document's versions for good, also in the past.
   *
   * With `cascade` also the exchanges that they came from and those that used them. Forks of the run keep their copies:
   * each is a run of its own, to be purged by itself. There is no way back, so it needs admin access. NOT_FOUND when the document or a version does not exist. A retry is safe.
   */
  purge: procedure({
    summary: "Destroy the texts of a document's versions for good.",
    access: 'admin',
    errors: ['NOT_FOUND'],
  })
    .input(purgeDocumentInput)
    .output(purgedDocumentSchema)
    .mutation(({ ctx, input }) => ctx.services.documents.purge(input)),

  /**
   * Lists the documents of a run that work may begin on, oldest first, page by page.
   *
   * Those are open (status `open` or none) or were left in progress by a lapsed claim, nobody holds a claim on them, and
   * every document that they depend on is `done`, `dropped` or deleted.
   */
  ready: procedure({
    summary: 'List the documents that work may begin on.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(readyDocumentsInput)
    .output(documentPageSchema)
    .query(({ ctx, input }) => ctx.services.documents.ready(input)),

  /**
   * Lists who holds which document of a run, the oldest claims first, page by page; those that lapsed are listed until
   * somebody takes the document over. NOT_FOUND when the run does not exist.
   */
  claims: procedure({
    summary: 'List who holds which document of a run.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(listClaimsInput)
    .output(claimPageSchema)
    .query(({ ctx, input }) => ctx.services.documents.claims(input)),

  /**
   * Hands the next ready document of a run to exactly one caller, who holds it until the lease runs out.
   *
   * Answers null when nothing is ready. The status of the document stays as it is. A lapsed claim is taken over. A retry
   * with the same idempotency key is safe.
   */
  claim: procedure({
    summary: 'Claim the next document that work may begin on.',
    access: 'write',
    errors: ['NOT_FOUND'],
  })
    .input(claimDocumentInput)
    .output(claimDocumentSchema)
    .mutation(({ ctx, input }) => ctx.services.documents.claim(input)),

  /**
   * Begins the lease of a claim anew; it takes no revision.
   *
   * CLAIM_LOST when it was released, or taken over once it had run out; NOT_FOUND when there is no such document. A retry
   * is safe.
   */
  renew: procedure({
    summary: 'Renew the lease of a claim.',
    access: 'write',
    errors: ['NOT_FOUND', 'CLAIM_LOST'],
  })
    .input(renewClaimInput)
    .output(claimLeaseSchema)
    .mutation(({ ctx, input }) => ctx.services.documents.renew(input)),

  /**
   * Gives a claimed document back before it is finished.
   *
   * CLAIM_LOST when the claim is no longer held, NOT_FOUND when there is no such document. A retry with the same
   * idempotency key is safe.
   */
  release: procedure({
    summary: 'Give a claimed document back.',
    access: 'write',
    errors: ['NOT_FOUND', 'CLAIM_LOST'],
  })
    .input(releaseClaimInput)
    .output(releasedClaimSchema)
    .mutation(({ ctx, input }) => ctx.services.documents.release(input)),
});
