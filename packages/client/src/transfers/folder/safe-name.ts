import { sha256 } from '@noble/hashes/sha2.js';

/** What every file system takes, with room for a number before and an ending behind. */
const MAX_LENGTH = 80;
/** Names of devices on Windows, whatever follows a dot. */
const DEVICES = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/;

/**
 * A file name for a name or a key: letters, digits and `._-` of it, in lower case.
 *
 * What is not kept as it is carries a hash of the whole, so that two names stay two files where case does not count, and
 * no name leads out of its folder or means a device.
 */
export function safeName(text: string): string {
  const kept = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, MAX_LENGTH);
  if (kept === text && kept !== '' && !DEVICES.test(kept)) return kept;
  return `${DEVICES.test(kept) ? '_' : ''}${kept === '' ? '_' : kept}-${shortHash(text)}`;
}

/** Of UTF-16, since UTF-8 makes all lone surrogates one. */
function shortHash(text: string): string {
  const units = new Uint8Array(Uint16Array.from(text, (_, index) => text.charCodeAt(index)).buffer);
  return Array.from(sha256(units).subarray(0, 5), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
