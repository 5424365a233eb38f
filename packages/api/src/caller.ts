import {
  type FieldIssue,
  type Identity,
  identifierSchema,
  LedgerError,
  projectSlugSchema,
  type Store,
} from '@stepledger/contract';
import type { z } from 'zod';
import type { Caller } from './context.ts';
import { toFieldIssues } from './field-issues.ts';

/** The request headers that the API reads, in the lower case in which Node gives them. */
export const HEADERS = {
  /** `Bearer <API key>`. */
  authorization: 'authorization',
  /** The slug of the project to work in, for callers who may choose. */
  project: 'x-stepledger-project',
  /** Who does it, percent-encoded (`encodeURIComponent`), for the entries of the ledger. */
  actor: 'x-stepledger-actor',
} as const;

/** The project that every server makes at its start, and in which an unnamed choice ends. */
export const DEFAULT_PROJECT = 'default';

/** The actor of a caller who needs no key and names nobody. */
export const LOCAL_ACTOR = 'local';

export interface CallerOptions {
  store: Store;
  /** Reads one request header by its lower-case name. */
  header: (name: string) => string | undefined;
  /** Whether a caller without a key is let in with every right: only on loopback. */
  keyless: boolean;
  /** Recognises keys that are not in the database, such as the server's own instance key. */
  authenticate?: (key: string) => Identity | null;
}

/**
 * Finds out who calls and in which project.
 *
 * A key that was sent must be right, also where none is needed. Refuses with UNAUTHENTICATED, BAD_INPUT (a bad
 * header), NOT_FOUND (a project key that names another project) or UNAVAILABLE.
 */
export async function resolveCaller(options: CallerOptions): Promise<Caller> {
  const { store, header, keyless } = options;
  const key = readKey(header(HEADERS.authorization));
  const identity = key === null ? null : (options.authenticate?.(key) ?? (await store.authenticate(key)));
  if (key !== null && identity === null) {
    throw new LedgerError('UNAUTHENTICATED', { reason: 'The API key is wrong, expired or revoked' });
  }
  if (identity === null && !keyless) {
    throw new LedgerError('UNAUTHENTICATED', {
      reason: 'An API key is needed: send it as `Authorization: Bearer <key>`',
    });
  }
  const named = readHeader(header(HEADERS.project), HEADERS.project, projectSlugSchema);
  const actor = readHeader(decodeActor(header(HEADERS.actor)), HEADERS.actor, identifierSchema);
  const own = identity?.projectSlug ?? null;
  // A project key must not even learn whether another project exists.
  if (own !== null && named !== undefined && named !== own) {
    throw new LedgerError('NOT_FOUND', { type: 'project', id: named });
  }
  const slug = own ?? named ?? DEFAULT_PROJECT;
  return {
    project: { slug, id: await store.findProject(slug) },
    actor: actor ?? identity?.name ?? LOCAL_ACTOR,
    access: identity?.access ?? 'admin',
    instance: own === null,
  };
}

function readKey(authorization: string | undefined): string | null {
  if (authorization === undefined) return null;
  const key = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization)?.[1];
  if (key === undefined) {
    throw new LedgerError('UNAUTHENTICATED', {
      reason: 'The Authorization header must be `Bearer <API key>`',
    });
  }
  return key;
}

function readHeader(value: string | undefined, name: string, schema: z.ZodType<string>): string | undefined {
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw badHeader(name, toFieldIssues(parsed.error, value)[0]?.reason ?? 'is not valid');
}

/** Header values are bytes, so names outside ASCII travel percent-encoded. */
function decodeActor(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  try {
    if (/^[\x20-\x7e]*$/.test(value)) return decodeURIComponent(value);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
  }
  throw badHeader(HEADERS.actor, 'must be percent-encoded, as encodeURIComponent does it');
}

function badHeader(path: string, reason: string): LedgerError<'BAD_INPUT'> {
  const issues: FieldIssue[] = [{ path, reason }];
  return new LedgerError('BAD_INPUT', { issues });
}
