import {
  acceptedLinksSchema,
  acceptLinksInput,
  addLinkInput,
  blameInput,
  blameSchema,
  changedLinkSchema,
  linkGraphInput,
  linkGraphSchema,
  linkPageSchema,
  listLinksInput,
  removeLinkInput,
  staleDocumentsSchema,
  staleLinksInput,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const linksRouter = router({
  /**
   * Says that one exact version used, derives from or depends on another.
   *
   * NOT_FOUND when a version does not exist, ALREADY_EXISTS when the link does, CYCLE when documents
   * would depend on themselves. A retry with the same idempotency
   * key is safe.
   */
  add: procedure({
    summary: 'Link one version of a document to another.',
    access: 'write',
    errors: ['NOT_FOUND', 'ALREADY_EXISTS', 'CYCLE'],
  })
    .input(addLinkInput)
    .output(changedLinkSchema)
    .mutation(({ ctx, input }) => ctx.services.links.add(input)),

  /** Ends a link from this revision on; the past keeps it. NOT_FOUND when there is none. A retry with the same key is safe. */
  remove: procedure({
    summary: 'End a link; the past keeps it.',
    access: 'write',
    errors: ['NOT_FOUND'],
  })
    .input(removeLinkInput)
    .output(changedLinkSchema)
    .mutation(({ ctx, input }) => ctx.services.links.remove(input)),

  /** Lists what a document builds on, or what builds on it, page by page; NOT_FOUND without the document. */
  list: procedure({
    summary: 'List what a document builds on, or what builds on it.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(listLinksInput)
    .output(linkPageSchema)
    .query(({ ctx, input }) => ctx.services.links.list(input)),

  /**
   * Walks what a document builds on, what builds on it, or both, breadth first and across runs.
   *
   * `cut` says that there is more than `depth` and `limit` let through. NOT_FOUND without the document or version.
   */
  graph: procedure({
    summary: 'Walk what a document builds on and what builds on it.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(linkGraphInput)
    .output(linkGraphSchema)
    .query(({ ctx, input }) => ctx.services.links.graph(input)),

  /**
   * Lists the documents of a run that were built on what is no longer the head, with the shortest way to it.
   *
   * Built by `used` and `derived_from`; an input has moved when it has another text now or was deleted. A document is
   * not stale by what was accepted for it. NOT_FOUND without the run, or when the document is not in it.
   */
  stale: procedure({
    summary: 'List the documents whose inputs have moved since they were built.',
    access: 'read',
    errors: ['NOT_FOUND'],
  })
    .input(staleLinksInput)
    .output(staleDocumentsSchema)
    .query(({ ctx, input }) => ctx.services.links.stale(input)),

  /**
   * Says that a version is fine although its inputs moved, in the ledger of its run.
   *
   * It is not stale by them any more until they move again. What was built on it is judged by its own inputs and stays
   * stale. NOT_FOUND when a version does not exist. A retry with the same idempotency key is safe.
   */
  accept: procedure({
    summary: 'Say that a document is fine although its inputs moved.',
    access: 'write',
    errors: ['NOT_FOUND'],
  })
    .input(acceptLinksInput)
    .output(acceptedLinksSchema)
    .mutation(({ ctx, input }) => ctx.services.links.accept(input)),

  /**
   * Tells which version wrote each line, or one line, and by which parse, exchange, prompt and variables.
   *
   * Lines that could not be followed have no version, and `unknown` says why. NOT_FOUND without the document or version,
   * DELETED or PURGED when it has no text, BAD_INPUT for a line that it does not have.
   */
  blame: procedure({
    summary: 'Tell which version, exchange and prompt wrote each line.',
    access: 'read',
    errors: ['NOT_FOUND', 'DELETED', 'PURGED'],
  })
    .input(blameInput)
    .output(blameSchema)
    .query(({ ctx, input }) => ctx.services.links.blame(input)),
});
