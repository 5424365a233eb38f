import type { BlobEncoding, ExchangeAspect, ExchangeDifference, ExchangeStatus } from '@stepledger/contract';
import { toBlob } from '../blobs/stored-blob.ts';
import type { StoreContext } from '../store-context.ts';
import type { Ends } from './ends.ts';
import { readExchangeDetails } from './exchange-details.ts';
import { selectPairs } from './exchange-pairs.ts';
import { bindEnds, NO_ID, type Section } from './section.ts';

interface SideRow {
  id: string;
  opened_revision: number;
  status: ExchangeStatus;
  prompt_name: string | null;
  prompt_version: number | null;
  provider: string | null;
  model: string | null;
  purged: boolean;
  parse_id: string | null;
  parser: string | null;
  parser_version: string | null;
  parse_status: 'completed' | 'failed' | null;
  response_sha256: Buffer | null;
  response_encoding: BlobEncoding | null;
  response_size: number | null;
  variables_bytes: number | null;
}
type SideOf<Letter extends string> = {
  [Column in keyof SideRow as `${Letter}_${Column}`]: SideRow[Column] | null;
};
/** A pair of exchanges that differs, each side's columns with `a_` or `b_` before their names. */
export interface PairRow extends SideOf<'a'>, SideOf<'b'> {
  place: number;
  lane: number;
  step_name: string;
  step_key: string;
  differs: ExchangeAspect[];
}

/** A difference and what comes before it in the order of pairs. */
export interface PlacedExchange {
  readonly difference: ExchangeDifference;
  readonly at: readonly [number, number];
}

/** Exchanges by their steps and their order in these. */
export const diffExchanges: Section = async (context, { ends, after: [place, lane], limit }) => {
  const { found, last, hasMore } = await findExchanges(context, ends, { after: [place, lane], limit });
  return {
    items: found.map(({ difference }) => difference),
    next: hasMore && last ? [...last, NO_ID] : null,
  };
};

/** Finds pairs that differ; fewer than the limit where what SQL took to differ turns out to be the same. */
export async function findExchanges(
  context: StoreContext,
  ends: Ends,
  {
    after,
    limit,
    aspects,
  }: { after: readonly [number, number]; limit: number; aspects?: readonly ExchangeAspect[] },
): Promise<{ found: PlacedExchange[]; last: readonly [number, number] | null; hasMore: boolean }> {
  const rows = await context.connection.query<PairRow>(selectPairs(ends, aspects), [
    ...bindEnds(context, ends),
    ends.shared,
    ...after,
    limit + 1,
  ]);
  const shown = rows.slice(0, limit);
  const details = await readExchangeDetails(context, shown);
  const found = shown.flatMap((row) => {
    const difference = toDifference(row, details(row));
    return difference.change === 'changed' && difference.differs.length === 0
      ? []
      : [{ difference, at: [row.place, row.lane] as const }];
  });
  const last = shown.at(-1);
  return { found, last: last ? [last.place, last.lane] : null, hasMore: rows.length > limit };
}

function toDifference(
  row: PairRow,
  details: Pick<ExchangeDifference, 'variables' | 'parameters' | 'uses' | 'parsed' | 'cut'>,
): ExchangeDifference {
  const [from, to] = [toSide(row, 'a'), toSide(row, 'b')];
  // Variables that SQL could not read as jsonb may only have another order.
  const differs = row.differs.filter((aspect) => aspect !== 'variables' || details.variables?.length !== 0);
  return {
    what: 'exchange',
    change: from ? (to ? 'changed' : 'removed') : 'added',
    step: { name: row.step_name, key: row.step_key },
    differs,
    from,
    to,
    ...details,
  };
}

function toSide(row: PairRow, side: 'a' | 'b'): ExchangeDifference['from'] {
  const exchangeId = row[`${side}_id`];
  const revision = row[`${side}_opened_revision`];
  const status = row[`${side}_status`];
  if (exchangeId === null || revision === null || status === null) return null;
  const prompt = { name: row[`${side}_prompt_name`], version: row[`${side}_prompt_version`] };
  const sha256 = row[`${side}_response_sha256`];
  const encoding = row[`${side}_response_encoding`];
  const size = row[`${side}_response_size`];
  return {
    exchangeId,
    revision,
    status,
    prompt:
      prompt.name === null || prompt.version === null ? null : { name: prompt.name, version: prompt.version },
    provider: row[`${side}_provider`],
    model: row[`${side}_model`],
    response: sha256 && encoding && size !== null ? toBlob({ sha256, encoding, size }) : null,
    parse: toParse(row, side),
    purged: row[`${side}_purged`] === true,
  };
}

function toParse(row: PairRow, side: 'a' | 'b') {
  const id = row[`${side}_parse_id`];
  const parser = row[`${side}_parser`];
  const parserVersion = row[`${side}_parser_version`];
  const status = row[`${side}_parse_status`];
  return id === null || parser === null || parserVersion === null || status === null
    ? null
    : { id, parser, parserVersion, status };
}
