import type { Stepledger } from '@stepledger/client';
import type { Outcome, RunReads } from './read-run.ts';

/** What was purged in a run, at whatever time: `<document>@<version>` and ids of exchanges. */
export type Purged = ReadonlySet<string>;

export async function findPurged(ledger: Stepledger, runId: string): Promise<Purged> {
  const entries = await ledger.entries.list({ runId }).all();
  const changes = entries.flatMap((entry) => entry.changes).filter(({ change }) => change === 'purge');
  return new Set(changes.map(({ id, version }) => (version === undefined ? id : `${id}@${version}`)));
}

/** What was read before something was purged, as it reads from then on: its texts are gone, also in the past. */
export function withoutPurged(reads: RunReads, purged: Purged): RunReads {
  return Object.fromEntries(
    Object.entries(reads).map(([name, read]) => [name, withoutTexts(name, read, purged)]),
  );
}

function withoutTexts(name: string, read: Outcome, purged: Purged): Outcome {
  if (!('value' in read)) return read;
  const refused = name.includes('without text') ? undefined : refusal(name, read.value, purged);
  return refused ? { refused } : { value: strip(read.value, purged) };
}

/** Reading a single purged text is refused. */
function refusal(name: string, value: unknown, purged: Purged) {
  if (!isRecord(value)) return undefined;
  const { id, version = 1 } = value;
  const type = name.split(' ')[0];
  const key = type === 'document' ? `${id}@${version}` : `${id}`;
  return purged.has(key) ? { code: 'PURGED', details: { type, id, version } } : undefined;
}

function strip(value: unknown, purged: Purged): unknown {
  if (Array.isArray(value)) return value.map((item) => strip(item, purged));
  if (!isRecord(value)) return value;
  if ('headVersion' in value && purged.has(`${value['id']}@${value['version']}`)) {
    return { ...value, purged: true, title: null, note: null, metadata: {}, content: null, text: null };
  }
  if ('receivedBytes' in value && purged.has(String(value['id']))) {
    return { ...value, response: null, error: null, metadata: {} };
  }
  if ('parser' in value && purged.has(String(value['exchangeId']))) return { ...value, error: null };
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
