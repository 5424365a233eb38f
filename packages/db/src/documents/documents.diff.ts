import { type DocumentsService, LedgerError, type TextDiff } from '@stepledger/contract';
import type { StoreContext } from '../store-context.ts';
import { diffTexts } from '../text-diff.ts';
import { getDocument } from './documents.read.ts';

type Input = Parameters<DocumentsService['diff']>[0];

/** What changed between two versions of a document; to its head when no other is named. */
export async function diffDocument(context: StoreContext, input: Input): Promise<TextDiff> {
  const { documentId } = input;
  const from = await readVersion(context, documentId, input.from);
  const to = await readVersion(context, documentId, input.to);
  return diffTexts(`${from.kind}/${from.key}`, from, to);
}

/** A version that deletes the document compares as an empty text. */
async function readVersion(context: StoreContext, documentId: string, version: number | undefined) {
  const read = { documentId, withText: true, includeDeleted: true };
  const document = await getDocument(context, version === undefined ? read : { ...read, version });
  if (document.purged) {
    throw new LedgerError('PURGED', { type: 'document', id: documentId, version: document.version });
  }
  return { kind: document.kind, key: document.key, version: document.version, text: document.text ?? '' };
}
