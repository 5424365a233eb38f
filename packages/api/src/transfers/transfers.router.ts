import {
  exportedSchema,
  exportInput,
  importedSchema,
  importInput,
  inspectedTransferSchema,
  inspectTransferInput,
  transferBlobsInput,
  transferBlobsSchema,
  transferUnitPageSchema,
  transferUnitsInput,
} from '@stepledger/contract';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const transfersRouter = router({
  /**
   * Lists workflows, prompts or runs as the lines by which an exported file begins each of them.
   *
   * By id, so that what is made meanwhile comes last. With a name, that one alone, or NOT_FOUND.
   */
  units: procedure({ summary: 'List what can be exported.', access: 'read', errors: [] })
    .input(transferUnitsInput)
    .output(transferUnitPageSchema)
    .query(({ ctx, input }) => ctx.services.transfers.units(input)),

  /**
   * Reads the lines that follow a workflow, a prompt or a run in an exported file, a page of them.
   *
   * Texts are named and not told: `transfers.blobs` has them. The same state gives the same lines, page by page.
   */
  export: procedure({
    summary: 'Read a page of the lines of a run, prompt or workflow.',
    access: 'read',
    errors: [],
  })
    .input(exportInput)
    .output(exportedSchema)
    .query(({ ctx, input }) => ctx.services.transfers.export(input)),

  /** Reads texts and bodies by their names: the first of them, at least one, as far as they fit an answer. */
  blobs: procedure({ summary: 'Read several texts and bodies by their names.', access: 'read', errors: [] })
    .input(transferBlobsInput)
    .output(transferBlobsSchema)
    .query(({ ctx, input }) => ctx.services.transfers.blobs(input)),

  /** Says what a workflow, a prompt or a run of a file would find here; writes nothing. */
  inspect: procedure({
    summary: 'Say what an import would find here.',
    access: 'read',
    errors: [],
  })
    .input(inspectTransferInput)
    .output(inspectedTransferSchema)
    .query(({ ctx, input }) => ctx.services.transfers.inspect(input)),

  /**
   * Takes in the next lines of a workflow, a prompt or a run, all or nothing.
   *
   * What is here already is compared and stays as it is, so that a retry is safe, with a key or without. ALREADY_EXISTS
   * when a name is taken, or when the same thing has other content; VERSION_CONFLICT when lines before these are missing.
   */
  import: procedure({
    summary: 'Take in the next lines of an exported file.',
    access: 'admin',
    errors: ['ALREADY_EXISTS', 'VERSION_CONFLICT'],
  })
    .input(importInput)
    .output(importedSchema)
    .mutation(({ ctx, input }) => ctx.services.transfers.import(input)),
});
