import { isPlainText, LedgerError, type Page } from '@stepledger/contract';

export type CursorValue = string | number;

const FORMAT = 1;

/** Where a list goes on, as the last row's sort key; `list` names the list, so that no other one takes it. */
export function toCursor(list: string, values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify([FORMAT, list, ...values])).toString('base64url');
}

/** Reads a cursor back; null without one. @throws BAD_INPUT for a cursor of another list or none of ours. */
export function fromCursor(
  list: string,
  types: readonly ('string' | 'number' | 'uuid')[],
  cursor: string | undefined,
): CursorValue[] | null {
  if (cursor === undefined) return null;
  const refused = new LedgerError('BAD_INPUT', {
    issues: [{ path: 'cursor', reason: `is not a cursor of ${list}` }],
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw refused;
  }
  if (!Array.isArray(parsed) || parsed[0] !== FORMAT || parsed[1] !== list) throw refused;
  const values: unknown[] = parsed.slice(2);
  if (values.length !== types.length) throw refused;
  return values.map((value, index) => {
    if (isValue(value, types[index])) return value;
    throw refused;
  });
}

/** Whether PostgreSQL takes the value as one of its type: anybody can write a cursor. */
function isValue(value: unknown, type: 'string' | 'number' | 'uuid' | undefined): value is CursorValue {
  if (type === 'number') return Number.isInteger(value) && Math.abs(Number(value)) <= MAX_INTEGER;
  return typeof value === 'string' && (type === 'uuid' ? UUID.test(value) : isPlainText(value));
}

const MAX_INTEGER = 2_147_483_647;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Cuts the row beyond the limit, which was read only to see whether there are more. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { toItem, toCursor }: { toItem: (row: Row) => Item; toCursor: (row: Row) => string },
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? toCursor(last) : null,
  };
}
