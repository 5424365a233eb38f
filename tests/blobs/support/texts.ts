import { createHash } from 'node:crypto';

export const KIB = 1024;
/** From here on a blob is stored as chunks. */
export const THRESHOLD = 32 * KIB;

/** So many letters without any order, the same for the same seed; hardly anything compresses them. */
export function letters(seed: string, length: number): string {
  const parts: string[] = [];
  for (let n = 0, size = 0; size < length; n++) {
    const part = createHash('sha512').update(`${seed} ${n}`).digest('base64url');
    parts.push(part);
    size += part.length;
  }
  return parts.join('').slice(0, length);
}

/** Lines of letters, as a document or a program has. */
export function lines(seed: string, length: number): string[] {
  return letters(seed, length).match(/.{1,63}/g) ?? [];
}
