import type { ParsesService } from '@stepledger/contract';
import { toExactJsonOrNull } from '../exact-json.ts';
import { explainExchange } from '../exchanges/exchanges.part.ts';
import type { CommitScope, Part } from '../ledger/part.ts';

type ParseFields = Pick<
  Parameters<ParsesService['record']>[0],
  'parser' | 'parserVersion' | 'status' | 'error' | 'errorOffset'
>;

export interface NewParse {
  readonly id: string;
  readonly exchangeId: string;
  readonly parse: ParseFields;
}

/** The first parse of an exchange that the same commit writes. */
export function newParsePart(parse: NewParse): Part {
  return {
    write(scope) {
      insertParse(scope, parse, { attempt: '1', from: 'run_head r' });
      return { changes: [CHANGES] };
    },
  };
}

/** A further parse of an exchange that is closed already; its step is `parsed`'s. */
export function furtherParsePart(parse: NewParse): Part {
  return {
    write(scope) {
      const { statement, project } = scope;
      // Counted in the exchange's row under its lock, so that two parses at once get two numbers.
      statement.with(
        'parsed',
        `UPDATE exchange e SET parse_count = e.parse_count + 1
          ${parse.parse.status === 'completed' ? ', parsed_revision = coalesce(e.parsed_revision, r.revision)' : ''}
        FROM run_head r
        WHERE e.project_id = ${project} AND e.id = ${statement.bind(parse.exchangeId, 'uuid')} AND e.run_id = r.id
          AND e.status IN ('completed', 'failed') AND e.purged_revision IS NULL
        RETURNING e.id, e.step_id, e.parse_count, e.uses`,
      );
      insertParse(scope, parse, { attempt: 'p.parse_count', from: 'run_head r CROSS JOIN parsed p' });
      return {
        conditions: ['EXISTS (SELECT FROM parsed)'],
        changes: [CHANGES],
        answer: { attempt: '(SELECT parse_count FROM parsed)' },
      };
    },
    explain: (sql, run) =>
      explainExchange(sql, run, { exchangeId: parse.exchangeId, allowed: ['completed', 'failed'] }),
  };
}

const CHANGES = `(SELECT jsonb_agg(jsonb_build_object('what', 'parse', 'id', id, 'change', status)) FROM new_parse)`;

function insertParse(
  { statement, project }: CommitScope,
  { id, exchangeId, parse }: NewParse,
  { attempt, from }: { attempt: string; from: string },
): void {
  statement.with(
    'new_parse',
    `INSERT INTO parse (project_id, id, run_id, exchange_id, attempt, parser, parser_version, status, error,
      error_offset, revision, at)
    SELECT ${project}, ${statement.bind(id, 'uuid')}, r.id, ${statement.bind(exchangeId, 'uuid')}, ${attempt},
      ${statement.bind(parse.parser, 'text')}, ${statement.bind(parse.parserVersion, 'text')},
      ${statement.bind(parse.status, 'text')}, ${statement.bind(toExactJsonOrNull(parse.error), 'text')},
      ${statement.bind(parse.errorOffset ?? null, 'int')}, r.revision, r.last_at
    FROM ${from}
    RETURNING id, status`,
  );
}
