import type { BlobEncoding, ExchangeAspect, ExchangeDifference, ExchangeStatus } from '@stepledger/contract';
import { toBlob } from '../blobs/stored-blob.ts';
import type { StoreContext } from '../store-context.ts';
import type { Ends } from './ends.ts';
import { readExchangeDetails } from './exchange-details.ts';
import { type Reach, selectPairs } from './exchange-pairs.ts';
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

export interface FoundExchanges {
  readonly found: readonly PlacedExchange[];
  /** Behind which pair to go on; null when there was none. */
  readonly last: readonly [number, number] | null;
  readonly hasMore: boolean;
}

/** Exchanges by their steps and their order in these. */
export const diffExchanges: Section = async (context, { ends, after: [place, lane], limit, exchanges }) => {
  const page = exchanges ?? (await findExchanges(context, ends, { after: [place, lane], limit }));
  const shown = page.found.slice(0, limit);
  const last = shown.length < page.found.length ? shown.at(-1)?.at : page.hasMore && page.last;
  return { items: shown.map(({ difference }) => difference), next: last ? [...last, NO_ID] : null };
};

interface Search {
  /** Behind which pair to begin. */
  readonly after: readonly [number, number];
  readonly limit: number;
  /** Only pairs that differ in one of these; in any when left out. */
  readonly aspects?: readonly ExchangeAspect[];
}

/** Finds pairs that differ; fewer than the limit where what SQL took to differ turns out to be the same. */
export async function findExchanges(
  context: StoreContext,
  ends: Ends,
  { limit, ...search }: Search,
): Promise<FoundExchanges> {
  const rows = await findPairs(context, ends, { ...search, limit: limit + 1 });
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

/** Pairs that are compared one by one, which ends with the page, before all others are by digests. */
const NEAR = 1000;
/** Behind all lanes of a place. */
const NO_LANE = 9;
const MAX_PLACE = 2_147_483_647;

async function findPairs(
  context: StoreContext,
  ends: Ends,
  { after, limit, aspects }: Search,
): Promise<PairRow[]> {
  const values = [...bindEnds(context, ends), ends.shared];
  const select = (reach: Reach) => selectPairs(ends, { reach, aspects });
  const { connection } = context;
  // A revision opens no more than one exchange. Of one run only what has changed is compared.
  const isShort = Math.max(ends.from.revision, ends.to.revision) - ends.shared <= NEAR;
  if (isShort || ends.from.runId === ends.to.runId) {
    return connection.query<PairRow>(select('all'), [...values, ...after, limit]);
  }
  const end = Math.min(after[0] + NEAR, MAX_PLACE);
  const near = await connection.query<PairRow>(select('near'), [...values, ...after, limit, end]);
  if (near.length === limit) return near;
  const left = limit - near.length;
  return [...near, ...(await connection.query<PairRow>(select('far'), [...values, end, NO_LANE, left]))];
}

function toDifference(
  row: PairRow,
  details: Pick<ExchangeDifference, 'variables' | 'parameters' | 'uses' | 'parsed' | 'cut'>,
): ExchangeDifference {
  const [from, to] = [toSide(row, 'a'), toSide(row, 'b')];
  // What SQL could not read as jsonb may only have another order.
  const differs = row.differs.filter(
    (aspect) => (aspect !== 'variables' && aspect !== 'parameters') || details[aspect]?.length !== 0,
  );
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
