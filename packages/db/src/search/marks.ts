import { createHash } from 'node:crypto';

/**
 * Lexemes that say whose a row is and where it stands, so that one index answers words and filters together. No word
 * begins with `=`. Ids are shortened: what a mark lets through is checked by the row's columns.
 */
export type SearchType = 'd' | 'o' | 't' | 'm' | 'a';

export const marks = {
  project: (id: string) => `=p${shorten(id)}`,
  /** The texts of one period of a project, and those of sixteen periods. */
  bucket: (projectId: string, bucket: number) => `=b${shorten(projectId)}.${bucket}`,
  epoch: (projectId: string, epoch: number) => `=e${shorten(projectId)}.${epoch}`,
  type: (type: SearchType) => `=${type}`,
  run: (id: string) => `=r${shorten(id)}`,
  workflow: (id: string) => `=w${shorten(id)}`,
  step: (name: string) => `=s${digest(name)}`,
  kind: (name: string) => `=k${digest(name)}`,
  tag: (name: string) => `=t${digest(name)}`,
} as const;

/** How many buckets an epoch has. */
const BUCKETS_OF_AN_EPOCH = 16;

export function epochOf(bucket: number): number {
  return Math.floor(bucket / BUCKETS_OF_AN_EPOCH);
}

/** The first and last bucket of an epoch. */
export function bucketsOf(epoch: number): [number, number] {
  return [epoch * BUCKETS_OF_AN_EPOCH, (epoch + 1) * BUCKETS_OF_AN_EPOCH - 1];
}

/** The last 48 bits of a UUID, which are random in every version that is in use. */
function shorten(id: string): string {
  return Buffer.from(id.slice(-12), 'hex').toString('base64url');
}

function digest(name: string): string {
  return createHash('sha256').update(name).digest().subarray(0, 6).toString('base64url');
}
