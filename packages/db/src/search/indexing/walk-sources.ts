import { LedgerError } from '@stepledger/contract';
import type { Sql } from '../../connection.ts';
import { type DocumentRow, JOIN_DOCUMENTS, SELECT_VERSIONS, toDocument } from './load-documents.ts';
import { type ExchangeRow, JOIN_EXCHANGES, SELECT_EXCHANGE, toExchangeSources } from './load-exchanges.ts';
import { type PromptRow, SELECT_PROMPTS, toPrompt } from './load-prompts.ts';
import type { Source } from './source.ts';

/** Where a walk over everything that can be searched for stands. */
export interface WalkPlace {
  readonly source: 'documents' | 'exchanges' | 'prompts';
  readonly id: string;
  readonly item: number;
}

export const WALK_START: WalkPlace = {
  source: 'documents',
  id: '00000000-0000-0000-0000-000000000000',
  item: 0,
};

/** The next sources of a walk, and where it goes on: null at its end. */
export async function walkSources(
  sql: Sql,
  projectId: string,
  { place, limit }: { place: WalkPlace; limit: number },
): Promise<{ sources: Source[]; walked: number; next: WalkPlace | null }> {
  const { source, id, item } = place;
  const values = [projectId, id, item, limit];
  if (source === 'documents') {
    const rows = await sql.query<DocumentRow>(
      `${SELECT_VERSIONS} FROM document_version v ${JOIN_DOCUMENTS}
      WHERE v.project_id = $1 AND (v.document_id, v.version) > ($2::uuid, $3::int)
      ORDER BY v.document_id, v.version LIMIT $4`,
      values,
    );
    const last = rows.at(-1);
    const next: WalkPlace =
      last && rows.length === limit
        ? { source, id: last.id, item: last.version }
        : { ...WALK_START, source: 'exchanges' };
    return { sources: rows.filter((row) => row.searchable).map(toDocument), walked: rows.length, next };
  }
  if (source === 'exchanges') {
    const rows = await sql.query<ExchangeRow>(
      `SELECT ${SELECT_EXCHANGE} FROM exchange e ${JOIN_EXCHANGES}
      WHERE e.project_id = $1 AND e.id > $2::uuid AND $3::int >= 0 ORDER BY e.id LIMIT $4`,
      values,
    );
    const last = rows.at(-1);
    const next: WalkPlace =
      last && rows.length === limit ? { source, id: last.id, item: 0 } : { ...WALK_START, source: 'prompts' };
    return {
      sources: await toExchangeSources(sql, projectId, { rows, anew: true }),
      walked: rows.length,
      next,
    };
  }
  const rows = await sql.query<PromptRow>(
    `${SELECT_PROMPTS} WHERE p.project_id = $1 AND (p.id, v.version) > ($2::uuid, $3::int)
    ORDER BY p.id, v.version LIMIT $4`,
    values,
  );
  const last = rows.at(-1);
  const next = last && rows.length === limit ? { source, id: last.id, item: last.version } : null;
  return { sources: rows.map(toPrompt), walked: rows.length, next };
}

const PHASES = ['documents', 'exchanges', 'prompts', 'rows', 'words'] as const;

/** Reads back the part of a walk that a cursor names. @throws BAD_INPUT */
export function toPhase(list: string, name: string): (typeof PHASES)[number] {
  const phase = PHASES.find((known) => known === name);
  if (phase) return phase;
  const issues = [{ path: 'cursor', reason: `is not a cursor of ${list}` }];
  throw new LedgerError('BAD_INPUT', { issues });
}
