import type { PromptMessage } from '@stepledger/contract';
import type { Sql } from '../../connection.ts';
import { fromExactJson } from '../../exact-json.ts';
import type { Pending } from './pending.ts';
import type { Source } from './source.ts';
import { microseconds } from './source-rows.ts';

export interface PromptRow {
  id: string;
  name: string;
  version: number;
  at: number;
  template: string;
}

export const SELECT_PROMPTS = `SELECT p.id, p.name, v.version, ${microseconds('v.at')} AS at, v.template
  FROM prompt p JOIN prompt_version v ON v.project_id = p.project_id AND v.prompt_id = p.id`;

export async function loadPrompts(
  sql: Sql,
  projectId: string,
  versions: readonly Pending[],
): Promise<Source[]> {
  if (versions.length === 0) return [];
  const rows = await sql.query<PromptRow>(
    `${SELECT_PROMPTS} JOIN unnest($2::uuid[], $3::int[]) AS w(id, version) ON w.id = p.id AND w.version = v.version
    WHERE p.project_id = $1`,
    [projectId, versions.map(({ id }) => id), versions.map(({ revision }) => revision)],
  );
  return rows.map(toPrompt);
}

export function toPrompt({ id, name, version, at, template }: PromptRow): Source {
  const messages = fromExactJson<PromptMessage[]>(template);
  return {
    id,
    item: version,
    type: 't',
    at,
    run: null,
    names: [name],
    kind: null,
    tags: [],
    content: { text: messages.map(({ text }) => text).join('\n\n') },
  };
}
