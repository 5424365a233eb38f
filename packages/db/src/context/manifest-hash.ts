import { type ContextManifest, type ContextRef, LedgerError } from '@stepledger/contract';
import stringify from 'safe-stable-stringify';
import { type BlobBag, type BlobRef, textBlob } from '../blobs/stored-blob.ts';

/** A manifest as it is hashed and stored: JSON with sorted keys. Its names are well-formed, so it always is UTF-8. */
export function toCanonicalJson(manifest: ContextManifest): string {
  return stringify(manifest);
}

/** The hash under which a text is stored. */
export function hashOf(text: string): string {
  return toHash(textBlob(text));
}

function toHash({ sha256 }: Pick<BlobRef, 'sha256'>): string {
  return sha256.toString('hex');
}

/**
 * Puts the manifest of a context that an exchange was built with among the blobs of its call.
 *
 * @throws BAD_INPUT when it is not the manifest of its hash: then it is none that `context.build` answered.
 */
export function storeContext(context: ContextRef | undefined, bag: BlobBag): BlobRef | undefined {
  if (context === undefined) return undefined;
  const stored = bag.add(toCanonicalJson(context.manifest));
  if (toHash(stored) === context.hash) return stored;
  const reason = 'is not the hash of this manifest';
  throw new LedgerError('BAD_INPUT', { issues: [{ path: 'context.hash', reason }] });
}

/** Reads what `storeContext` stored. */
export function toContextRef(json: string): ContextRef {
  return { hash: hashOf(json), manifest: JSON.parse(json) as ContextManifest };
}
