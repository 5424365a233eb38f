import { type Access, type ApiKey, type CreatedApiKey, LedgerError } from '@stepledger/contract';
import type { Connection } from '../connection.ts';
import { newId } from '../ids.ts';
import { toApiKey } from './api-keys.store.ts';
import { forgetKeys } from './authenticate.ts';
import { createKeyText, hashKeyText } from './key-text.ts';

export interface NewKey {
  /** The project's slug; null makes an instance key, which makes projects and may work in each. */
  project: string | null;
  name: string;
  access: Access;
  expiresAt?: Date | undefined;
}

/** What an operator sees of a key: also whose it is. */
export interface OperatorKey extends ApiKey {
  /** Null for an instance key. */
  project: string | null;
}

interface OperatorKeyRow {
  id: string;
  project_id: string | null;
  slug: string | null;
  name: string;
  access: Access;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
}

/** Makes a key of any project or of the instance; the only time that its text is shown. @throws NOT_FOUND */
export async function createKey(
  connection: Connection,
  input: NewKey,
): Promise<CreatedApiKey & { project: string | null }> {
  const key = createKeyText(input.project);
  const [row] = await connection.query<OperatorKeyRow>(
    `INSERT INTO api_key (id, project_id, name, hash, access, created_at, expires_at)
    SELECT $1, p.id, $3, $4, $5, $6, $7
    FROM (SELECT 1) one LEFT JOIN project p ON p.slug = $2
    WHERE $2::text IS NULL OR p.id IS NOT NULL
    RETURNING id, project_id, $2::text AS slug, name, access, created_at, expires_at, revoked_at`,
    [newId(), input.project, input.name, hashKeyText(key), input.access, new Date(), input.expiresAt ?? null],
  );
  if (!row) throw new LedgerError('NOT_FOUND', { type: 'project', id: input.project ?? '' });
  return { ...toOperatorKey(row), key };
}

/** Every key of the instance and of all projects, oldest first. */
export async function listKeys(connection: Connection): Promise<OperatorKey[]> {
  const rows = await connection.query<OperatorKeyRow>(
    `SELECT k.id, k.project_id, p.slug, k.name, k.access, k.created_at, k.expires_at, k.revoked_at
    FROM api_key k LEFT JOIN project p ON p.id = k.project_id ORDER BY k.id`,
    [],
  );
  return rows.map(toOperatorKey);
}

/** Ends a key for good; false when there is none of this id that works. */
export async function revokeKey(connection: Connection, id: string): Promise<boolean> {
  const rows = await connection.query(
    'UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id',
    [id, new Date()],
  );
  forgetKeys(connection);
  return rows.length > 0;
}

/** Whether anybody could authenticate at all: a key that is neither revoked nor expired. */
export async function hasKeys(connection: Connection): Promise<boolean> {
  const [row] = await connection.query<{ found: boolean }>(
    `SELECT EXISTS (
      SELECT FROM api_key WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)) AS found`,
    [new Date()],
  );
  return row?.found ?? false;
}

function toOperatorKey(row: OperatorKeyRow): OperatorKey {
  const { id, project_id: projectId, name, access } = row;
  const times = { createdAt: row.created_at, expiresAt: row.expires_at, revokedAt: row.revoked_at };
  return { ...toApiKey({ id, projectId, name, access, ...times }), project: row.slug };
}
