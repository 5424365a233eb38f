import type { Sql } from '../connection.ts';
import { badLine } from './bad-line.ts';
import { findBlobSizes } from './find-blob-sizes.ts';
import type { TargetRun } from './import-run.ts';
import type { Placed, RunBatch } from './run-batch.ts';

/** What lines refer to that is here already. */
export interface Known {
  /** The size of each text by its name. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly prompts: ReadonlyMap<string, { readonly id: string; readonly newest: number }>;
  /** The documents of the run that were here before, with the version of their heads. */
  readonly heads: ReadonlyMap<string, number>;
  /** The exchanges of the run that were here before, and whether they are open. */
  readonly exchanges: ReadonlyMap<string, boolean>;
}

type Named = Placed<{ readonly type: string }>;

/** Refuses lines that name what is neither in the file before them nor of the run. @throws BAD_INPUT */
export async function checkBatch(sql: Sql, run: TargetRun, batch: RunBatch): Promise<Known> {
  const sizes = await findBlobSizes(sql, run.projectId, batch);
  const prompts = await findPrompts(sql, run.projectId, batch);
  await checkSteps(sql, run, batch);
  const exchanges = await checkExchanges(sql, run, batch);
  const heads = await checkDocuments(sql, run, batch);
  return { sizes, prompts, heads, exchanges };
}

async function findPrompts(
  sql: Sql,
  projectId: string,
  { exchange, pin }: RunBatch,
): Promise<Known['prompts']> {
  const named = [
    ...pin.map(({ index, prompt, version }) => ({ index, name: prompt, version })),
    ...exchange.flatMap(({ index, prompt }) => (prompt === null ? [] : { index, ...prompt })),
  ];
  const names = [...new Set(named.map(({ name }) => name))];
  const rows =
    names.length === 0
      ? []
      : await sql.query<{ name: string; id: string; newest: number }>(
          'SELECT name, id, head_version AS newest FROM prompt WHERE project_id = $1 AND name = ANY ($2::text[])',
          [projectId, names],
        );
  const prompts = new Map(rows.map((row) => [row.name, row]));
  const missing = named.find(({ name, version }) => version > (prompts.get(name)?.newest ?? 0));
  if (missing) {
    throw badLine(missing.index, 'prompt', 'is a version of a prompt that is not here: it must come first');
  }
  return prompts;
}

async function checkSteps(sql: Sql, run: TargetRun, batch: RunBatch): Promise<void> {
  const wanted = [
    ...batch.step_state.flatMap((line) => [
      { line, field: 'stepId', id: line.stepId },
      { line, field: 'parentStepId', id: line.parentStepId },
    ]),
    ...batch.exchange.map((line) => ({ line, field: 'stepId', id: line.stepId })),
    ...batch.version.map((line) => ({ line, field: 'stepId', id: line.stepId })),
  ];
  await checkIds(sql, run, { table: 'step', made: batch.step, wanted });
}

async function checkExchanges(sql: Sql, run: TargetRun, batch: RunBatch): Promise<Known['exchanges']> {
  const wanted = [...batch.attempt, ...batch.close, ...batch.parse, ...batch.version].map((line) => ({
    line: line as Named,
    field: 'exchangeId',
    id: line.exchangeId,
  }));
  const found = await checkIds<{ open: boolean; parses: number }>(sql, run, {
    table: 'exchange',
    made: batch.exchange,
    wanted,
    columns: `, status IN ('pending', 'streaming') AS open, parse_count AS parses`,
  });
  await checkIds(sql, run, {
    table: 'parse',
    made: batch.parse,
    wanted: batch.version.map((line) => ({ line, field: 'parseId', id: line.parseId })),
  });
  const open = new Map([...found].map(([id, row]) => [id, row.open]));
  for (const { index, exchangeId } of batch.close) {
    if (open.get(exchangeId) === false) throw badLine(index, 'exchangeId', 'is closed already');
  }
  const parses = new Map([...found].map(([id, row]) => [id, row.parses]));
  for (const { index, exchangeId, attempt } of batch.parse) {
    const expected = (parses.get(exchangeId) ?? 0) + 1;
    if (attempt !== expected) throw badLine(index, 'attempt', `must be ${expected}: parses have no gaps`);
    parses.set(exchangeId, expected);
  }
  return open;
}

async function checkDocuments(sql: Sql, run: TargetRun, batch: RunBatch): Promise<Known['heads']> {
  const wanted = [...batch.version, ...batch.links, ...batch.unlinks, ...batch.accept].map((line) => ({
    line: line as Named,
    field: 'documentId',
    id: line.documentId,
  }));
  const found = await checkIds<{ head: number }>(sql, run, {
    table: 'document',
    made: batch.document,
    wanted,
    columns: ', head_version AS head',
  });
  const heads = new Map([...found].map(([id, { head }]) => [id, head]));
  const next = new Map(heads);
  for (const { index, documentId, version } of batch.version) {
    const expected = (next.get(documentId) ?? 0) + 1;
    if (version !== expected) throw badLine(index, 'version', `must be ${expected}: versions have no gaps`);
    next.set(documentId, version);
  }
  const empty = batch.document.find(({ id }) => !next.has(id));
  if (empty) throw badLine(empty.index, 'id', 'must have a version at the same revision');
  return heads;
}

interface Wanted {
  readonly line: Named;
  readonly field: string;
  readonly id: string | null;
}

/**
 * Finds rows of the run by their ids, beside those that the lines make themselves.
 *
 * @throws BAD_INPUT for an id that is of nothing in the run, and for one of a new row that something has.
 */
async function checkIds<Row = unknown>(
  sql: Sql,
  { projectId, runId }: TargetRun,
  {
    table,
    made,
    wanted,
    columns = '',
  }: {
    table: 'step' | 'exchange' | 'parse' | 'document';
    made: readonly (Named & { readonly id: string })[];
    wanted: readonly Wanted[];
    columns?: string;
  },
): Promise<Map<string, Row>> {
  const own = new Map(made.map((line) => [line.id, line.revision]));
  const others = wanted.flatMap(({ id }) => (id === null || own.has(id) ? [] : id));
  const ids = [...new Set([...own.keys(), ...others])];
  if (ids.length === 0) return new Map();
  const rows = await sql.query<Row & { id: string; run_id: string }>(
    `SELECT id, run_id${columns} FROM ${table} WHERE project_id = $1 AND id = ANY ($2::uuid[])`,
    [projectId, ids],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  const taken = made.find(({ id }) => found.has(id));
  if (taken) throw badLine(taken.index, 'id', `is the id of another ${table} here`);
  const twice = made.find(({ id, revision }) => own.get(id) !== revision);
  if (twice) throw badLine(twice.index, 'id', `is the id of another ${table} of the file`);
  for (const { line, field, id } of wanted) {
    if (id === null) continue;
    const from = own.get(id);
    const isKnown =
      from === undefined ? found.get(id)?.run_id === runId : from <= line.revision || line.revision === 0;
    if (!isKnown) throw badLine(line.index, field, `is no ${table} of the run`);
  }
  return new Map([...found].filter(([id]) => !own.has(id)));
}
