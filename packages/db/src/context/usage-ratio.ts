import type { BlobEncoding, JsonObject, TokenEncoding, Usage } from '@stepledger/contract';
import { readTexts } from '../blobs/read-texts.ts';
import { toBlobId } from '../blobs/stored-blob.ts';
import { fromExactJsonOrNull } from '../exact-json.ts';
import type { StoreContext } from '../store-context.ts';
import type { TokenCounter } from './token-counter.ts';

interface Asked {
  readonly runId: string;
  readonly model: string;
  readonly revision: number;
  readonly encoding: TokenEncoding;
  readonly counter: TokenCounter;
}

interface ReportedRow {
  prompt_hash: Buffer;
  usage: Usage;
  parameters: string | null;
}

interface MessageRow {
  tip: Buffer;
  sha256: Buffer;
  encoding: BlobEncoding;
  size: number;
}

/** The newest exchanges of the run that are looked through, and those of the model that are compared. */
const MAX_EXCHANGES = 200;
const MAX_COMPARED = 5;
/** Prompts that are compared: in shorter ones the frame of messages weighs too much, longer ones take too long. */
const MIN_TOKENS = 100;
const MAX_MESSAGES = 1000;
const MAX_PROMPT_BYTES = 512 * 1024;
/** Beyond these there was something else than text in the prompt, or part of it was read from a cache. In thousandths. */
const [MIN_RATIO, MAX_RATIO] = [700, 3000];

/**
 * How many tokens the provider counts for one of ours, in thousandths: the greatest ratio of what it reported for the
 * newest exchanges of the model in the run, as of a revision. Null when none can be compared.
 *
 * Prompts with tools are left aside, as these count and are no message, and those that came from a cache, which some
 * providers do not count.
 */
export async function findUsageRatio(context: StoreContext, asked: Asked): Promise<number | null> {
  const rows = await findReported(context, asked);
  const compared = rows.filter(isComparable).slice(0, MAX_COMPARED);
  if (compared.length === 0) return null;
  const counts = await countPrompts(context, asked, compared);
  const ratios = compared.flatMap(({ prompt_hash: tip, usage }) => {
    const count = counts.get(tip.toString('hex')) ?? 0;
    if (count < MIN_TOKENS) return [];
    const ratio = Math.ceil(((usage.inputTokens ?? 0) * 1000) / count);
    return ratio >= MIN_RATIO && ratio <= MAX_RATIO ? [ratio] : [];
  });
  return ratios.length === 0 ? null : Math.max(...ratios);
}

function findReported(
  { connection, scope }: StoreContext,
  { runId, model, revision }: Asked,
): Promise<ReportedRow[]> {
  return connection.query<ReportedRow>(
    `SELECT n.prompt_hash, n.usage, n.parameters FROM (
      SELECT e.* FROM exchange e WHERE e.project_id = $1 AND e.run_id = $2 AND e.opened_revision <= $3
      ORDER BY e.opened_revision DESC, e.id DESC LIMIT ${MAX_EXCHANGES}
    ) n
    WHERE n.model = $4 AND n.status = 'completed' AND n.closed_revision <= $3 AND n.prompt_hash IS NOT NULL
      AND n.message_count <= ${MAX_MESSAGES} AND n.usage ? 'inputTokens'
    ORDER BY n.opened_revision DESC, n.id DESC`,
    [scope.projectId, runId, revision, model],
  );
}

function isComparable({ usage, parameters }: ReportedRow): boolean {
  const declared = fromExactJsonOrNull<JsonObject>(parameters);
  return !usage.cachedInputTokens && declared?.['tools'] === undefined;
}

/** Our counts by the last message of each prompt; those that are too long have none. */
async function countPrompts(
  context: StoreContext,
  { encoding, counter }: Asked,
  compared: readonly ReportedRow[],
): Promise<Map<string, number>> {
  const { projectId } = context.scope;
  const counts = new Map<string, number>();
  const unknown: Buffer[] = [];
  for (const { prompt_hash: tip } of compared) {
    const known = KNOWN_COUNTS.get(`${projectId} ${encoding} ${tip.toString('hex')}`);
    if (known === undefined) unknown.push(tip);
    else counts.set(tip.toString('hex'), known);
  }
  if (unknown.length === 0) return counts;
  const prompts = Map.groupBy(await findMessages(context, unknown), ({ tip }) => tip.toString('hex'));
  for (const [tip, messages] of prompts) {
    if (messages.reduce((sum, { size }) => sum + size, 0) > MAX_PROMPT_BYTES) continue;
    const count = await countMessages(context, counter, messages);
    counts.set(tip, count);
    remember(`${projectId} ${encoding} ${tip}`, count);
  }
  return counts;
}

/** The messages of some conversations, those of too long ones left out: their sizes alone tell that they are. */
function findMessages({ connection, scope }: StoreContext, tips: readonly Buffer[]): Promise<MessageRow[]> {
  return connection.query<MessageRow>(
    `WITH RECURSIVE chain AS (
      SELECT m.hash AS tip, m.parent_hash, m.sha256, m.encoding
      FROM message m WHERE m.project_id = $1 AND m.hash = ANY ($2::bytea[])
      UNION ALL
      SELECT c.tip, m.parent_hash, m.sha256, m.encoding
      FROM chain c JOIN message m ON m.project_id = $1 AND m.hash = c.parent_hash
    )
    SELECT c.tip, c.sha256, c.encoding, b.size FROM chain c
    JOIN blob b ON b.project_id = $1 AND b.sha256 = c.sha256 AND b.encoding = c.encoding`,
    [scope.projectId, tips],
  );
}

async function countMessages(
  context: StoreContext,
  counter: TokenCounter,
  messages: readonly MessageRow[],
): Promise<number> {
  const texts = await readTexts(context, messages);
  const counted = new Map<string, number>();
  let sum = 0;
  for (const message of messages) {
    const id = toBlobId(message);
    const known =
      counted.get(id) ?? (await counter.count(texts(message) ?? '', Number.POSITIVE_INFINITY)).tokens;
    counted.set(id, known);
    sum += known;
  }
  return sum;
}

/** What prompts count, since each build of a run looks at the same: a conversation never changes. */
const KNOWN_COUNTS = new Map<string, number>();
const MAX_KNOWN_COUNTS = 1000;

function remember(key: string, count: number): void {
  const [oldest] = KNOWN_COUNTS.keys();
  if (KNOWN_COUNTS.size >= MAX_KNOWN_COUNTS && oldest !== undefined) KNOWN_COUNTS.delete(oldest);
  KNOWN_COUNTS.set(key, count);
}
