import type { BlobEncoding, ExchangesService, FoundResponse } from '@stepledger/contract';
import { toBlobId } from '../blobs/stored-blob.ts';
import type { StoreContext } from '../store-context.ts';

interface FoundRow {
  exchange_id: string;
  attempt: number;
  http_status: number;
  content_type: string | null;
  sha256: Buffer;
  encoding: BlobEncoding;
}

/** Finds the newest answer that a request with exactly this body got, whatever encoding it was stored in. */
export async function findResponse(
  { connection, scope }: StoreContext,
  { requestSha256, parsed }: Parameters<ExchangesService['findResponse']>[0],
): Promise<FoundResponse> {
  const [row] = await connection.query<FoundRow>(
    `SELECT a.exchange_id, a.attempt, a.http_status, a.content_type, a.response_sha256 AS sha256,
      a.response_encoding AS encoding
    FROM exchange_attempt a JOIN exchange e ON e.project_id = a.project_id AND e.id = a.exchange_id
    WHERE a.project_id = $1 AND a.request_sha256 = $2
      AND a.status = 'completed' AND a.http_status BETWEEN 200 AND 299 AND a.response_sha256 IS NOT NULL
      AND e.status = 'completed' AND e.purged_revision IS NULL
      ${parsed ? 'AND e.parsed_revision IS NOT NULL' : ''}
    ORDER BY a.exchange_id DESC, a.attempt DESC LIMIT 1`,
    [scope.projectId, Buffer.from(requestSha256, 'hex')],
  );
  if (!row) return { found: null };
  return {
    found: {
      exchangeId: row.exchange_id,
      attempt: row.attempt,
      httpStatus: row.http_status,
      contentType: row.content_type,
      response: toBlobId(row),
    },
  };
}
