import type { VersionRef } from '@stepledger/client';
import { usageError } from '../shell/cli-error.ts';
import type { Shell } from '../shell/shell.ts';
import { type DocumentAt, isId, parseDocumentRef } from './parse-refs.ts';

/** The id of a run by its key or id; of the configured run when none is named. One read for a key. */
export async function resolveRun(shell: Shell, ref: string | undefined): Promise<string> {
  const named = ref ?? shell.config.run;
  if (named === undefined) {
    throw usageError(
      'No run is named',
      'Name one, or set it by --run, STEPLEDGER_RUN or run = "..." in .stepledger/config.',
    );
  }
  if (isId(named)) return named;
  return (await shell.ledger.runs.get({ key: named })).id;
}

export interface ResolvedDocument {
  documentId: string;
  at: DocumentAt;
}

/** The id of a document as a command line names it; one read or two. Also found when it is deleted. */
export async function resolveDocument(shell: Shell, ref: string): Promise<ResolvedDocument> {
  const { document, at } = parseDocumentRef(ref, { hasRun: shell.config.run !== undefined });
  if ('id' in document) return { documentId: document.id, at };
  const { kind } = document;
  const runId = await resolveRun(shell, document.run ?? undefined);
  const found = await shell.ledger.documents.get({
    runId,
    kind,
    key: document.key ?? kind,
    withText: false,
    includeDeleted: true,
  });
  return { documentId: found.id, at };
}

/** An exact version as a command line names it: `DOC@3`, or the head of `DOC`. */
export async function resolveVersion(shell: Shell, ref: string): Promise<VersionRef> {
  const { documentId, at } = await resolveDocument(shell, ref);
  if (at !== null && 'version' in at) return { documentId, version: at.version };
  const found = await shell.ledger.documents.get({
    documentId,
    withText: false,
    includeDeleted: true,
    ...(at !== null && { asOf: { revision: at.revision } }),
  });
  return { documentId, version: found.version };
}
