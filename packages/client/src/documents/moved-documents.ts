import type { CallOptions, Features } from '../calls/features.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';
import type { StepLike } from '../steps/step-ref.ts';
import { DocumentHandle } from './document-handle.ts';
import { stateOfDocument } from './document-state.ts';

/** A document that moved while a caller worked on what it had read of it. */
export interface MovedDocument {
  /** The version that the caller had; null when the caller expected that there was none. */
  base: DocumentHandle | null;
  /** The head that refused the write; `deleted` when the document is gone. */
  theirs: DocumentHandle;
}

interface Moved {
  documentId: string;
  base: number;
  actual: number;
}

/** Reads both versions of each document that an error says has moved; one after the other, as texts may be large. */
export async function readMoved(
  error: unknown,
  { ledger, step }: { ledger: Features; step: StepLike | undefined },
  options?: CallOptions,
): Promise<MovedDocument[]> {
  const read = async (documentId: string, version: number) => {
    const found = await ledger.documents.get({ documentId, version, includeDeleted: true }, options);
    return new DocumentHandle(ledger, stateOfDocument(found), step);
  };
  const documents: MovedDocument[] = [];
  for (const { documentId, base, actual } of toMoved(error)) {
    documents.push({
      base: base === 0 ? null : await read(documentId, base),
      theirs: await read(documentId, actual),
    });
  }
  return documents;
}

function toMoved(error: unknown): Moved[] {
  if (isLedgerError(error, 'INPUTS_MOVED')) {
    return error.details.inputs.map(({ documentId, basedOn: base, actual }) => ({
      documentId,
      base,
      actual,
    }));
  }
  // A document that was expected and does not exist has no version to read, and no id either.
  if (isLedgerError(error, 'VERSION_CONFLICT') && error.details.type === 'document') {
    const { id: documentId, expected: base, actual } = error.details;
    return actual === 0 ? [] : [{ documentId, base, actual }];
  }
  throw error;
}
