import type { Access, Identity } from '@stepledger/contract';
import type { Connection } from '../connection.ts';
import { TtlCache } from '../ttl-cache.ts';
import { hashKeyText, isKeyText } from './key-text.ts';

interface KnownKey extends Identity {
  expiresAt: Date | null;
}

/** How long a key that another server revoked may still work here. */
const KEY_TTL_MS = 3000;
const MAX_KEYS = 1000;

const caches = new WeakMap<Connection, TtlCache<KnownKey>>();

function cacheOf(connection: Connection): TtlCache<KnownKey> {
  let cache = caches.get(connection);
  if (!cache) {
    cache = new TtlCache({ maxEntries: MAX_KEYS, ttlMs: KEY_TTL_MS });
    caches.set(connection, cache);
  }
  return cache;
}

/**
 * Finds out whose key this is; null for a wrong, expired or revoked one.
 *
 * A key once found is believed for 3 s without asking the database, as long as this process does not revoke one.
 */
export async function authenticate(connection: Connection, key: string): Promise<Identity | null> {
  if (!isKeyText(key)) return null;
  const hash = hashKeyText(key);
  const known = await cacheOf(connection).get(hash.toString('base64'), () => findKey(connection, hash));
  if (!known || (known.expiresAt !== null && known.expiresAt.getTime() <= Date.now())) return null;
  return { projectSlug: known.projectSlug, access: known.access, name: known.name };
}

/** To be called after a key was revoked or renamed, so that it takes effect here at once. */
export function forgetKeys(connection: Connection): void {
  cacheOf(connection).clear();
}

async function findKey(connection: Connection, hash: Buffer): Promise<KnownKey | null> {
  const [row] = await connection.query<{
    slug: string | null;
    access: Access;
    name: string;
    expires_at: Date | null;
  }>(
    `SELECT p.slug, k.access, k.name, k.expires_at
    FROM api_key k LEFT JOIN project p ON p.id = k.project_id
    WHERE k.hash = $1 AND k.revoked_at IS NULL`,
    [hash],
  );
  if (!row) return null;
  return { projectSlug: row.slug, access: row.access, name: row.name, expiresAt: row.expires_at };
}
