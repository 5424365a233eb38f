import { TextDecoder } from 'node:util';
import type { BlobEncoding } from '@stepledger/contract';
import { BLOB_COLUMNS } from '../../blobs/tree-bytes.ts';
import type { Sql } from '../../connection.ts';
import { stringsOf } from './body-text.ts';
import type { Source, TextPlace } from './source.ts';

/** Bytes of texts that are read together. */
const MAX_BATCH_BYTES = 2 * 1024 * 1024;
const MAX_BATCH = 50;

/** Sources in groups whose texts fit in memory together; a large one is alone. */
export function* batchesOf(sources: readonly Source[]): Generator<Source[]> {
  let batch: Source[] = [];
  let bytes = 0;
  for (const source of sources) {
    const size = 'text' in source.content ? source.content.text.length : source.content.size;
    if (batch.length > 0 && (bytes + size > MAX_BATCH_BYTES || batch.length >= MAX_BATCH)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(source);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

interface BlobRow {
  place: number;
  encoding: BlobEncoding;
  content: string | null;
  bytes: Buffer | null;
}

/** The texts of some sources, in their order; null where there is none any more, or where it is no text. */
export async function readSourceTexts(
  sql: Sql,
  projectId: string,
  sources: readonly Source[],
): Promise<(string | null)[]> {
  const places = sources.map(({ content }) => ('text' in content ? null : content));
  const rows = await sql.query<BlobRow>(
    `SELECT w.place::int, b.encoding, ${BLOB_COLUMNS}
    FROM unnest($2::bytea[], $3::text[]) WITH ORDINALITY AS w(sha256, encoding, place)
    JOIN blob b ON b.project_id = $1 AND b.sha256 = w.sha256 AND b.encoding = w.encoding`,
    [projectId, places.map((place) => place?.sha256 ?? null), places.map((place) => place?.encoding ?? null)],
  );
  const byPlace = new Map(rows.map((row) => [row.place - 1, row]));
  return sources.map(({ content }, index) => {
    if ('text' in content) return content.text;
    const row = byPlace.get(index);
    return row ? toText(row, content) : null;
  });
}

type BlobPlace = Exclude<TextPlace, { text: string }>;

function toText({ encoding, content, bytes }: BlobRow, { format }: BlobPlace): string | null {
  if (format === 'body' && encoding === 'binary') return bytes === null ? null : fromBody(bytes);
  const text = content ?? bytes?.toString('utf16le') ?? null;
  return format === 'json' && text !== null ? (stringsOf(text) ?? text) : text;
}

/** A captured body; null when it is no UTF-8 text, as a compressed one is not. */
function fromBody(bytes: Buffer): string | null {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
  return text.includes('\0') ? null : (stringsOf(text) ?? text);
}
