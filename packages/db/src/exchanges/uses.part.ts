import { LedgerError, type VersionRef } from '@stepledger/contract';
import type { Part } from '../ledger/part.ts';

/** Refuses an exchange that is built on document versions which do not exist. Versions never go, so no lock is needed. */
export function usesParts(uses: readonly VersionRef[] = []): Part[] {
  return uses.length === 0 ? [] : [usesPart(JSON.stringify(uses))];
}

function usesPart(json: string): Part {
  return {
    write({ statement, project }) {
      return {
        conditions: [
          `NOT EXISTS (SELECT FROM ${usedIn(statement.bind(json, 'jsonb'))} WHERE NOT ${isThere(project)})`,
        ],
      };
    },
    async explain(sql, { projectId }) {
      const [missing] = await sql.query<{ documentId: string; version: number }>(
        `SELECT u."documentId", u.version FROM ${usedIn('$2::jsonb')} WHERE NOT ${isThere('$1')} LIMIT 1`,
        [projectId, json],
      );
      if (!missing) return null;
      const id = `${missing.documentId}@${missing.version}`;
      return new LedgerError('NOT_FOUND', { type: 'document version', id });
    },
  };
}

function usedIn(json: string): string {
  return `jsonb_to_recordset(${json}) AS u("documentId" uuid, version int)`;
}

function isThere(project: string): string {
  return `EXISTS (SELECT FROM document_version v
    WHERE v.project_id = ${project} AND v.document_id = u."documentId" AND v.version = u.version)`;
}
