import type { BlobEncoding, RowLineOf } from '@stepledger/contract';
import { fromBlobId } from '../blobs/stored-blob.ts';
import type { Sql } from '../connection.ts';
import { hashOfMessage } from '../exchanges/messages.part.ts';
import { badLine } from './bad-line.ts';
import type { Placed } from './run-batch.ts';

type MessageLine = Placed<RowLineOf<'message'>>;

/** Stores messages that no conversation of the project has sent before. @throws BAD_INPUT for one of another hash */
export async function writeMessages(
  sql: Sql,
  projectId: string,
  messages: readonly MessageLine[],
): Promise<void> {
  if (messages.length === 0) return;
  for (const message of messages) checkHash(message);
  await checkParents(sql, projectId, messages);
  // In the order in which every writer locks them.
  const rows = [...new Map(messages.map((message) => [message.hash, message])).values()].sort((a, b) =>
    a.hash < b.hash ? -1 : 1,
  );
  const blobs = rows.map(({ content }) => fromBlobId(content));
  await sql.query(
    `INSERT INTO message (project_id, hash, parent_hash, role, format, sha256, encoding)
    SELECT $1::uuid, m.hash, m.parent_hash, m.role, m.format, m.sha256, m.encoding
    FROM unnest($2::bytea[], $3::bytea[], $4::text[], $5::text[], $6::bytea[], $7::text[])
      AS m(hash, parent_hash, role, format, sha256, encoding)
    ON CONFLICT DO NOTHING`,
    [
      projectId,
      rows.map(({ hash }) => Buffer.from(hash, 'hex')),
      rows.map(({ parent }) => (parent === null ? null : Buffer.from(parent, 'hex'))),
      rows.map(({ role }) => role),
      rows.map(({ format }) => format),
      blobs.map(({ sha256 }) => sha256),
      blobs.map(({ encoding }): BlobEncoding => encoding),
    ],
  );
}

function checkHash({ index, hash, parent, role, format, content }: MessageLine): void {
  const parentHash = parent === null ? null : Buffer.from(parent, 'hex');
  const { sha256, encoding } = fromBlobId(content);
  const own = hashOfMessage({ parentHash, role, format, sha256, encoding }).toString('hex');
  if (own !== hash) throw badLine(index, 'hash', `is not the hash of the message, which is ${own}`);
}

async function checkParents(sql: Sql, projectId: string, messages: readonly MessageLine[]): Promise<void> {
  const own = new Set(messages.map(({ hash }) => hash));
  const wanted = messages.filter(({ parent }) => parent !== null && !own.has(parent));
  if (wanted.length === 0) return;
  const rows = await sql.query<{ hash: string }>(
    `SELECT encode(m.hash, 'hex') AS hash FROM message m WHERE m.project_id = $1 AND m.hash = ANY ($2::bytea[])`,
    [projectId, wanted.map(({ parent }) => Buffer.from(parent ?? '', 'hex'))],
  );
  const found = new Set(rows.map(({ hash }) => hash));
  const missing = wanted.find(({ parent }) => !found.has(parent ?? ''));
  if (missing) throw badLine(missing.index, 'parent', 'is a message that is not here: it must come first');
}
