import { stringify } from 'yaml';
import { renderTable } from '../output/table.ts';
import { visible } from '../output/visible.ts';
import { formatStepRef } from '../refs/parse-refs.ts';

/** What tells most of an item comes first; what is not named here comes after it, as the API orders it. */
const FIRST = [
  'slug',
  'name',
  'run',
  'kind',
  'key',
  'step',
  'version',
  'status',
  'title',
  'goal',
  'at',
  'revision',
];
/** What is left out of a table before anything is cut: `--json` has it. */
const LAST = [
  'metadata',
  'runId',
  'position',
  'headVersion',
  'updatedAt',
  'idempotencyKey',
  'content',
  'hash',
  'text',
];
/** No column is cut to less; what then has no room is left out. */
const WIDEST = 40;
const GAP = 2;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What an answer looks like for people: a table of a list, else names and values. */
export function renderAnswer(answer: unknown, { columns }: { columns: number }): string {
  if (answer === null || answer === undefined) return '';
  if (isObject(answer) && Array.isArray(answer['items'])) return renderItems(answer['items'], { columns });
  return visible(stringify(answer, { lineWidth: 0 }));
}

/** Items as a table of the columns that fit; those that are empty everywhere are left out. */
export function renderItems(items: readonly unknown[], { columns }: { columns: number }): string {
  if (items.length === 0) return '';
  if (!items.every(isObject)) return visible(stringify(items, { lineWidth: 0 }));
  const rows = items.map(
    (item) => new Map(Object.entries(item).map(([name, value]) => [name, toCell(value)])),
  );
  const head = fitting(rows, columns);
  return `${renderTable(
    head,
    rows.map((row) => head.map((name) => row.get(name) ?? '')),
    { columns },
  )}\n`;
}

function fitting(rows: readonly Map<string, string>[], columns: number): string[] {
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))].filter((name) =>
    rows.some((row) => row.get(name)),
  );
  const place = (name: string) =>
    FIRST.includes(name)
      ? FIRST.indexOf(name)
      : FIRST.length + (LAST.includes(name) ? 2 : name === 'id' ? 1 : 0);
  const ordered = names.toSorted((one, other) => place(one) - place(other));
  let left = columns;
  return ordered.filter((name, index) => {
    const widest = Math.max(name.length, ...rows.map((row) => row.get(name)?.length ?? 0));
    const width = Math.min(widest, WIDEST) + GAP;
    if (index > 0 && width > left) return false;
    left -= width;
    return true;
  });
}

function toCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(toCell).filter(Boolean).join(', ');
  if (typeof value === 'string')
    return TIME.test(value) ? `${value.slice(0, 10)} ${value.slice(11, 19)}` : value;
  if (!isObject(value)) return String(value);
  const { name, key, version } = value;
  if (typeof name === 'string' && typeof key === 'string') return formatStepRef({ name, key });
  if (typeof name === 'string' && typeof version === 'number') return `${name}@${version}`;
  return Object.keys(value).length === 0 ? '' : JSON.stringify(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
