import type { Sql } from '../../connection.ts';
import { loadDocuments } from './load-documents.ts';
import { loadExchanges } from './load-exchanges.ts';
import { loadPrompts } from './load-prompts.ts';
import type { Pending } from './pending.ts';
import type { Source } from './source.ts';

/** What some commits have written that can be searched for, without the texts. */
export async function loadSources(
  sql: Sql,
  projectId: string,
  batch: readonly Pending[],
): Promise<{ sources: Source[]; documentIds: string[] }> {
  const commits = batch.filter(({ kind }) => kind === 'commit');
  const versions = batch.filter(({ kind }) => kind === 'prompt');
  const documents = await loadDocuments(sql, projectId, commits);
  const exchanges = await loadExchanges(sql, projectId, commits);
  const prompts = await loadPrompts(sql, projectId, versions);
  return {
    sources: [...documents.sources, ...exchanges, ...prompts],
    documentIds: documents.documentIds,
  };
}
