import { createHash, randomUUID } from 'node:crypto';

/** A UUIDv7 of now, as callers make one who name an exchange before it is stored. */
export function newUuidV7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

export function toSha256(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}
