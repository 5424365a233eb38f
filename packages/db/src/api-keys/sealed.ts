import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const SALT_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals a text under an idempotency key, so that only who sends this key again can read it.
 *
 * A repeated `apiKeys.create` must answer the same key text, which is nowhere stored. The stored answer therefore
 * holds it sealed (AES-256-GCM under a key that HKDF derives from the idempotency key), and beside it stands only the
 * hash of the idempotency key: the database alone does not open it. That is as good as the idempotency key is
 * unguessable; the client's are random UUIDs.
 */
export function seal(text: string, idempotencyKey: string): string {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(idempotencyKey, salt), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([salt, iv, cipher.getAuthTag(), sealed]).toString('base64');
}

/** Opens what `seal` made with the same idempotency key; fails with any other. */
export function unseal(sealed: string, idempotencyKey: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const tagAt = SALT_BYTES + IV_BYTES;
  const textAt = tagAt + TAG_BYTES;
  const key = sealingKey(idempotencyKey, bytes.subarray(0, SALT_BYTES));
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(SALT_BYTES, tagAt), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(tagAt, textAt));
  return Buffer.concat([decipher.update(bytes.subarray(textAt)), decipher.final()]).toString('utf8');
}

function sealingKey(idempotencyKey: string, salt: Buffer): Buffer {
  return Buffer.from(
    hkdfSync('sha256', idempotencyKey, salt, 'stepledger: the answer of apiKeys.create', 32),
  );
}
