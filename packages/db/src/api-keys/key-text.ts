import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_BYTES = 32;
/** Digits of base 62 that hold 32 bytes, and those that hold a CRC-32. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const KEY = new RegExp(
  `^(?:sl_[a-z0-9-]{1,48}|sli)_[0-9A-Za-z]{${SECRET_LENGTH}}[0-9A-Za-z]{${CHECKSUM_LENGTH}}$`,
);

/**
 * Makes the text of a new key: `sl_<project>_<secret><checksum>`, or `sli_<secret><checksum>` for the instance.
 *
 * The two beginnings differ because a project may be called `instance`. Neither a slug nor base 62 has an underscore.
 */
export function createKeyText(projectSlug: string | null): string {
  const secret = toBase62(BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`), SECRET_LENGTH);
  const text = `${projectSlug === null ? 'sli' : `sl_${projectSlug}`}_${secret}`;
  return text + checksumOf(text);
}

/** Whether a text can be a key: tells typing errors apart before the database is asked. */
export function isKeyText(text: string): boolean {
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return KEY.test(text) && text.slice(-CHECKSUM_LENGTH) === checksumOf(body);
}

/** What is stored of a key. A plain hash is enough, since the secret has 256 random bits. */
export function hashKeyText(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function checksumOf(text: string): string {
  return toBase62(BigInt(crc32(text)), CHECKSUM_LENGTH);
}

function toBase62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= 62n) digits = ALPHABET[Number(rest % 62n)] + digits;
  return digits;
}
