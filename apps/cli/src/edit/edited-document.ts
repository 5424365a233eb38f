import { type Document, type DocumentReceipt, isLedgerError, type StepRef } from '@stepledger/client';
import { parseDocumentRef } from '../refs/parse-refs.ts';
import { resolveRun } from '../refs/resolve-refs.ts';
import { CliError } from '../shell/cli-error.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { Shell } from '../shell/shell.ts';

/** A text of a document; version 0 is that of one that does not exist. */
export interface TextVersion {
  version: number;
  text: string;
  author: string | null;
}

/** What is edited: a document, or one that is to be made. */
export interface EditedDocument {
  /** Null before it is made. */
  id: string | null;
  runId: string;
  kind: string;
  key: string;
  /** The version that the person's text is made from. */
  base: TextVersion;
}

/** Finds a document as the command line names it, at its head or at the version named; makes one up with `create`. */
export async function loadEdited(
  shell: Shell,
  ref: string,
  { create }: { create: boolean },
): Promise<EditedDocument> {
  const { document, at } = parseDocumentRef(ref, { hasRun: shell.config.run !== undefined });
  const options = {
    withText: true,
    includeDeleted: true,
    ...(at !== null && ('version' in at ? { version: at.version } : { asOf: { revision: at.revision } })),
  };
  if ('id' in document) {
    return toEdited(await shell.ledger.documents.get({ documentId: document.id, ...options }));
  }
  const runId = await resolveRun(shell, document.run ?? undefined);
  const name = { runId, kind: document.kind, key: document.key ?? document.kind };
  try {
    return toEdited(await shell.ledger.documents.get({ ...name, ...options }));
  } catch (error) {
    if (!isLedgerError(error, 'NOT_FOUND') || error.details.type !== 'document') throw error;
    if (create) return { id: null, ...name, base: { version: 0, text: '', author: null } };
    throw new CliError(`There is no document ${ref}`, {
      exitCode: EXIT.notFound,
      hint: '--create makes it.',
      cause: error,
    });
  }
}

function toEdited(document: Document): EditedDocument {
  const { id, runId, kind, key } = document;
  return { id, runId, kind, key, base: toTextVersion(document) };
}

function toTextVersion({ id, version, text, author }: Document): TextVersion {
  if (text !== null) return { version, text, author };
  throw new CliError(`The document is deleted as of version ${version}`, {
    exitCode: EXIT.notFound,
    hint: `\`stepledger documents undelete --document-id ${id}\` brings it back.`,
  });
}

export interface SaveOptions {
  note?: string;
  step?: StepRef;
  title?: string;
}

/** Saves a text as the version after `base`. Answers what stands there instead when somebody else was first. */
export async function saveText(
  { ledger }: Shell,
  { id, runId, kind, key, base }: EditedDocument,
  fields: SaveOptions & { text: string },
): Promise<{ receipt: DocumentReceipt } | { theirs: TextVersion; id: string }> {
  try {
    const receipt =
      id === null
        ? await ledger.documents.create({ runId, kind, key, ...fields })
        : await ledger.documents.update({ documentId: id, expectedVersion: base.version, ...fields });
    return { receipt };
  } catch (error) {
    const isLate = isLedgerError(error, 'VERSION_CONFLICT') || isLedgerError(error, 'ALREADY_EXISTS');
    if (!isLate) throw error;
    const named = id === null ? { runId, kind, key } : { documentId: id };
    const head = await ledger.documents.get({ ...named, withText: true, includeDeleted: true });
    return { theirs: toTextVersion(head), id: head.id };
  }
}
