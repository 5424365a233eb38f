import { LedgerError, type PromptRef } from '@stepledger/contract';
import type { Sql } from '../connection.ts';
import type { CommitScope, Part, RunScope } from '../ledger/part.ts';

/**
 * Finds the version of the prompt that an exchange names, and pins a label to it at the run's first use.
 *
 * The exchange takes `prompt_id` and `version` from `the_prompt`.
 */
export function promptRefPart(ref: PromptRef | undefined): Part {
  if (!ref) {
    return {
      write({ statement }) {
        statement.with('the_prompt', 'SELECT NULL::uuid AS prompt_id, NULL::int AS version');
        return { answer: { promptVersion: 'NULL::int' } };
      },
    };
  }
  return {
    write(scope) {
      const { statement, project } = scope;
      statement.with(
        'the_prompt',
        `SELECT v.prompt_id, v.version FROM run_head r CROSS JOIN prompt p JOIN prompt_version v
          ON v.project_id = p.project_id AND v.prompt_id = p.id AND v.version = ${versionOf(scope, ref)}
        WHERE p.project_id = ${project} AND p.name = ${statement.bind(ref.name, 'text')} AND p.deleted_at IS NULL`,
      );
      if (ref.label !== undefined) {
        statement.with(
          'new_pin',
          `INSERT INTO run_prompt (project_id, run_id, prompt_id, label, version, revision)
          SELECT ${project}, r.id, t.prompt_id, ${statement.bind(ref.label, 'text')}, t.version, r.revision
          FROM run_head r CROSS JOIN the_prompt t
          WHERE NOT EXISTS (
            SELECT FROM run_prompt k WHERE k.project_id = ${project} AND k.run_id = r.id
              AND k.prompt_id = t.prompt_id AND k.label = ${statement.bind(ref.label, 'text')})`,
        );
      }
      return {
        conditions: ['EXISTS (SELECT FROM the_prompt)'],
        answer: { promptVersion: '(SELECT version FROM the_prompt)' },
      };
    },
    explain: (sql, run) => explainPrompt(sql, run, ref),
  };
}

function versionOf({ statement, project }: CommitScope, ref: PromptRef): string {
  if (ref.version !== undefined) return statement.bind(ref.version, 'int');
  if (ref.label === undefined) return 'p.head_version';
  const label = statement.bind(ref.label, 'text');
  return `coalesce(
    (SELECT k.version FROM run_prompt k
      WHERE k.project_id = ${project} AND k.run_id = r.id AND k.prompt_id = p.id AND k.label = ${label}),
    (SELECT l.version FROM prompt_label l
      WHERE l.project_id = ${project} AND l.prompt_id = p.id AND l.label = ${label}))`;
}

async function explainPrompt(sql: Sql, run: RunScope, ref: PromptRef): Promise<LedgerError | null> {
  const [found] = await sql.query<{ has_version: boolean; has_label: boolean }>(
    `SELECT
      EXISTS (SELECT FROM prompt_version v
        WHERE v.project_id = $1 AND v.prompt_id = p.id AND v.version = coalesce($3, p.head_version)) AS has_version,
      $4::text IS NULL OR $3::int IS NOT NULL
        OR EXISTS (SELECT FROM prompt_label l WHERE l.project_id = $1 AND l.prompt_id = p.id AND l.label = $4)
        OR EXISTS (SELECT FROM run_prompt k
          WHERE k.project_id = $1 AND k.run_id = $5 AND k.prompt_id = p.id AND k.label = $4) AS has_label
    FROM prompt p WHERE p.project_id = $1 AND p.name = $2 AND p.deleted_at IS NULL`,
    [run.projectId, ref.name, ref.version ?? null, ref.label ?? null, run.runId],
  );
  if (!found) return new LedgerError('NOT_FOUND', { type: 'prompt', id: ref.name });
  if (!found.has_version) {
    return new LedgerError('NOT_FOUND', { type: 'prompt version', id: `${ref.name}@${ref.version}` });
  }
  if (!found.has_label)
    return new LedgerError('NOT_FOUND', { type: 'prompt label', id: `${ref.name}@${ref.label}` });
  return null;
}
