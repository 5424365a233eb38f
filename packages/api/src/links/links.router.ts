import {
  addLinkInput,
  changedLinkSchema,
  linkPageSchema,
  listLinksInput,
  removeLinkInput,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const linksRouter = router({
  /**
   * Says that one exact version used, derives from or depends on another.
   *
   * NOT_FOUND when a version does not exist, ALREADY_EXISTS when the link does. A retry with the same idempotency
   * key is safe.
   */
  add: procedure({
    summary: 'Link one version of a document to another.',
    access: 'write',
    errors: ['NOT_FOUND', 'ALREADY_EXISTS'],
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
});
