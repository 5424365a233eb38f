import { type Document, isLedgerError, type Run } from '@stepledger/client';
import { CliError } from '../shell/cli-error.ts';
import type { Shell } from '../shell/shell.ts';
import type { DocumentAt } from './parse-refs.ts';
import { resolveDocument, resolveRun } from './resolve-refs.ts';

/** What was named to a command that takes a run or a document. */
export type Named = { run: Run } | { document: Document; at: DocumentAt };

/**
 * Finds a run by its key or id, or a document as commands name it, at its head; the configured run when nothing is
 * named. What has a `/` or an `@` is looked for as a document first, all else as a run. Fails as the first look-up does.
 */
export async function resolveNamed(shell: Shell, ref: string | undefined): Promise<Named> {
  const { runs, documents } = shell.ledger;
  const asRun = async () => ({ run: await runs.get({ runId: await resolveRun(shell, ref) }) });
  if (ref === undefined) return asRun();
  const asDocument = async () => {
    const { documentId, at } = await resolveDocument(shell, ref);
    return { document: await documents.get({ documentId, withText: false, includeDeleted: true }), at };
  };
  let missed: unknown;
  for (const find of /[/@]/.test(ref) ? [asDocument, asRun] : [asRun, asDocument]) {
    try {
      return await find();
    } catch (error) {
      // It is no such thing, or is not even written like one.
      if (!isLedgerError(error, 'NOT_FOUND') && !(error instanceof CliError)) throw error;
      missed ??= error;
    }
  }
  throw missed;
}
