import { createHash } from 'node:crypto';
import { type ContextManifest, type ContextRef, isPlainText, LedgerError } from '@stepledger/contract';
import stringify from 'safe-stable-stringify';
import type { BlobBag, BlobRef } from '../blobs/stored-blob.ts';

/** A manifest as it is hashed and stored: JSON with sorted keys. Its names are well-formed, so it always is UTF-8. */
export function toCanonicalJson(manifest: ContextManifest): string {
  return stringify(manifest);
}

export function hashOf(text: string): string {
  const encoding = isPlainText(text) ? 'utf8' : 'utf16le';
  return createHash('sha256').update(text, encoding).digest('hex');
}

/**
 * Puts the manifest of a context that an exchange was built with among the blobs of its call.
 *
 * @throws BAD_INPUT when it is not the manifest of its hash: then it is none that `context.build` answered.
 */
export function storeContext(context: ContextRef | undefined, bag: BlobBag): BlobRef | undefined {
  if (context === undefined) return undefined;
  const json = toCanonicalJson(context.manifest);
  if (hashOf(json) === context.hash) return bag.add(json);
  const reason = 'is not the hash of this manifest';
  throw new LedgerError('BAD_INPUT', { issues: [{ path: 'context.hash', reason }] });
}

/** Reads what `storeContext` stored. */
export function toContextRef(json: string): ContextRef {
  return { hash: hashOf(json), manifest: JSON.parse(json) as ContextManifest };
}
