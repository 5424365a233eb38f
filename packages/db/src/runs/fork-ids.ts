import { randomBytes } from 'node:crypto';

/**
 * How a fork makes its ids out of those of its run: by SQL that needs no look-up, and so that they keep their order.
 *
 * Only the last 40 bits change, which in a UUIDv7 are random; what stands before them is time and count.
 */
export interface ForkIds {
  /** SQL of the fork's id for `id`, SQL of a uuid of the run. */
  id(id: string): string;
  /** SQL of an entry's changes with the fork's ids; `:child` is the id of its run. */
  changes(changes: string): string;
}

/** The characters of a UUID before its last 40 bits. */
const KEPT = 26;

/**
 * Puts a random tag of the fork in the place of these bits.
 *
 * Two ids of one run that differ nowhere else become the same, which their primary key refuses: callers may choose ids
 * of exchanges. Then `mixedIds` is there.
 */
export function taggedIds(): ForkIds {
  const tag = randomBytes(5).toString('hex');
  const id = (uuid: string) => `overlay(${uuid}::text placing '${tag}' from ${KEPT + 1})::uuid`;
  return {
    id,
    // Cut where an id begins: by a regular expression it took four times as long. No text of a caller stands in changes,
    // and inside of a JSON string the quotes would be escaped. What is said of the run itself is told by what follows its
    // id, and not by the id, which callers may give to an exchange as well.
    changes: (changes) => `array_to_string(ARRAY(
        SELECT CASE WHEN n = 1 THEN part
          WHEN starts_with(substr(part, 37), '", "what": "run"') THEN overlay(part placing :child::text from 1 for 36)
          ELSE overlay(part placing '${tag}' from ${KEPT + 1}) END
        FROM unnest(string_to_array(${changes}::text, '"id": "')) WITH ORDINALITY AS x(part, n) ORDER BY n),
      '"id": "')::jsonb`,
  };
}

/** Mixes a random number into these bits: slower, and different ids always become different ones. */
export function mixedIds(): ForkIds {
  const mask = randomBytes(5).readUIntBE(0, 5);
  const id = (uuid: string) =>
    `(left(${uuid}::text, ${KEPT}) || right(to_hex(
      (('x' || right(${uuid}::text, 10))::bit(40)::bigint # ${mask}) | (1::bigint << 40)), 10))::uuid`;
  return {
    id,
    changes: (changes) => `coalesce((
      SELECT jsonb_agg(jsonb_set(c, '{id}', to_jsonb(CASE c ->> 'what'
        WHEN 'run' THEN :child::text ELSE ${id(`(c ->> 'id')::uuid`)}::text END)) ORDER BY n)
      FROM jsonb_array_elements(${changes}) WITH ORDINALITY AS x(c, n)), '[]')`,
  };
}
