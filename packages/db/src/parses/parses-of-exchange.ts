/**
 * SQL of how many parses of an exchange failed, and of how its last one ended; NULL before the first.
 *
 * `exchange` is the alias of a row with `id`, `parse_count` and `parsed_revision`, of the project $1. It says so by itself,
 * unless there are several parses and one succeeded; only then they are looked up, by the numbers that they have.
 */
export function failedParsesOf(exchange: string): string {
  return `CASE WHEN ${exchange}.parsed_revision IS NULL THEN ${exchange}.parse_count
    WHEN ${exchange}.parse_count = 1 THEN 0
    ELSE (SELECT (count(*) FILTER (WHERE p.status = 'failed'))::int FROM parse p
      WHERE p.project_id = $1 AND p.exchange_id = ${exchange}.id) END`;
}

export function lastParseOf(exchange: string): string {
  return `CASE WHEN ${exchange}.parse_count = 0 THEN NULL WHEN ${exchange}.parsed_revision IS NULL THEN 'failed'
    WHEN ${exchange}.parse_count = 1 THEN 'completed'
    ELSE (SELECT p.status FROM parse p
      WHERE p.project_id = $1 AND p.exchange_id = ${exchange}.id AND p.attempt = ${exchange}.parse_count) END`;
}
