import type { Tables } from '../../ledger/support/database.ts';

type Row = Readonly<Record<string, unknown>>;

/** What `docs/exchange-format.md` says is not in a file, and what is each server's own. */
const LEFT_OUT_TABLES: ReadonlySet<string> = new Set(['api_key', 'exchange_chunk', 'project', 'request']);
/** Whose the row is and where it stands in the feed of its server; claims, leases, and what had arrived of an answer. */
const LEFT_OUT_COLUMNS = /^(?:project_id|xid|last_xid|claim_.*|lease_.*|stream_.*)$/;

/** Every row of every table, with every column but for what a file leaves out. */
export async function readTables(tables: Tables): Promise<Record<string, Row[]>> {
  const names = tables.names.filter((name) => !/^(?:search|mikro)_/.test(name) && !LEFT_OUT_TABLES.has(name));
  const read = names.map(async (name) => {
    const rows = await tables.query<{ row: Row }>(`SELECT to_jsonb(t) AS row FROM "${name}" t`);
    const kept = rows.map(({ row }) => toKept(row)).map((row) => ({ row, text: JSON.stringify(row) }));
    return [name, kept.sort((a, b) => (a.text < b.text ? -1 : 1)).map(({ row }) => row)] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

function toKept(row: Row): Row {
  const kept = Object.entries(row).filter(([name]) => !LEFT_OUT_COLUMNS.test(name));
  // What streams comes as what has not begun to.
  return Object.fromEntries(
    kept.map(([name, value]) => [name, name === 'status' && value === 'streaming' ? 'pending' : value]),
  );
}
