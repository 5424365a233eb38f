import type { RowLineOf } from '@stepledger/contract';
import { badLine } from './bad-line.ts';
import type { TargetRun } from './import-run.ts';
import type { Placed, RunBatch } from './run-batch.ts';

type EntryLine = Placed<RowLineOf<'entry'>>;

/**
 * Refuses lines that say of themselves what no ledger writes: another time than their entry, a purged text that is there,
 * an origin where none can be, writes that are not counted, and entries that name other things than are written.
 *
 * What reads a run trusts in these, as it may: whatever is written here keeps to them.
 *
 * @throws BAD_INPUT
 */
export function checkRows(batch: RunBatch, { forkedAt, until }: Pick<TargetRun, 'forkedAt' | 'until'>): void {
  checkTimes(batch);
  checkOrigins(batch, forkedAt);
  checkPositions(batch);
  checkPurged(batch);
  checkEnds(batch, until);
  checkEntries(batch);
}

function checkTimes(batch: RunBatch): void {
  const times = new Map(batch.entry.map(({ revision, at }) => [revision, at]));
  const told = [
    ...batch.step.map((line) => ({ line, field: 'startedAt', at: line.startedAt })),
    ...batch.exchange.map((line) => ({ line, field: 'openedAt', at: line.openedAt })),
    ...batch.close.map((line) => ({ line, field: 'closedAt', at: line.closedAt })),
    ...batch.parse.map((line) => ({ line, field: 'at', at: line.at })),
    ...batch.document.map((line) => ({ line, field: 'createdAt', at: line.createdAt })),
    ...batch.version.map((line) => ({ line, field: 'at', at: line.at })),
  ];
  const wrong = told.find(({ line, at }) => at !== times.get(line.revision));
  if (wrong) throw badLine(wrong.line.index, wrong.field, 'is not the time of its entry');
}

function checkOrigins({ step, exchange, parse, document }: RunBatch, forkedAt: number): void {
  const wrong = [...step, ...exchange, ...parse, ...document].find(
    ({ originId, revision }) => (originId !== null) !== revision <= forkedAt,
  );
  if (!wrong) return;
  const reason = wrong.originId === null ? 'must name what it is a copy of' : 'must be null: it is no copy';
  throw badLine(wrong.index, 'originId', reason);
}

function checkPositions({ version }: RunBatch): void {
  for (const lines of Map.groupBy(version, ({ revision }) => revision).values()) {
    const positions = new Set<number>();
    for (const { index, position } of lines) {
      if (position >= lines.length || positions.has(position)) {
        throw badLine(index, 'position', 'must count the versions of its revision from 0');
      }
      positions.add(position);
    }
  }
}

function checkPurged({ version, exchange, close }: RunBatch): void {
  const text = version.find((line) => line.purgedRevision !== null && line.text !== null);
  if (text) throw badLine(text.index, 'text', 'must be null: it was purged');
  const purged = new Set<string>();
  for (const { index, id, purgedRevision, message } of exchange) {
    if (purgedRevision === null) continue;
    if (message !== null) throw badLine(index, 'message', 'must be null: it was purged');
    purged.add(id);
  }
  const response = close.find((line) => line.response !== null && purged.has(line.exchangeId));
  if (response) throw badLine(response.index, 'response', 'must be null: it was purged');
}

function checkEnds({ state, step_state, exchange }: RunBatch, until: number): void {
  const early = [...state, ...step_state].find(
    ({ finishedRevision, revision }) => finishedRevision !== null && finishedRevision > revision,
  );
  if (early) throw badLine(early.index, 'finishedRevision', 'is not reached yet');
  const lost = exchange.find(
    ({ memoLostRevision, revision }) =>
      memoLostRevision !== null && (memoLostRevision < revision || memoLostRevision > until),
  );
  if (lost) throw badLine(lost.index, 'memoLostRevision', 'is no revision after it was opened');
}

const NAMED: ReadonlySet<string> = new Set(['document', 'exchange', 'parse', 'link']);
/** A purge is of what earlier revisions wrote, and who accepts what was accepted writes nothing. */
const MAY_WRITE_NOTHING: ReadonlySet<string> = new Set(['purge', 'accept']);

/** An entry names what its revision has written, each as often. */
function checkEntries(batch: RunBatch): void {
  const written = writtenAt(batch);
  for (const entry of batch.entry) {
    const left = new Map<string, number>();
    for (const name of written.get(entry.revision) ?? []) left.set(name, (left.get(name) ?? 0) + 1);
    for (const [place, { what, id, version, change }] of entry.changes.entries()) {
      if (!NAMED.has(what)) continue;
      const name = nameOf(what, id, change, version);
      const count = left.get(name) ?? 0;
      if (count === 0 && MAY_WRITE_NOTHING.has(change)) continue;
      if (count === 0) throw badLine(entry.index, `changes[${place}]`, 'names what no line before it writes');
      left.set(name, count - 1);
    }
    checkNothingLeft(entry, left);
  }
}

function checkNothingLeft({ index }: EntryLine, left: ReadonlyMap<string, number>): void {
  for (const [name, count] of left) {
    if (count > 0) throw badLine(index, 'changes', `does not name ${name}, which is written`);
  }
}

/** What lines write at each revision, as the changes of an entry name it. */
function writtenAt(batch: RunBatch): Map<number, string[]> {
  const written = new Map<number, string[]>();
  const add = (revision: number, name: string) => {
    const names = written.get(revision);
    if (names) names.push(name);
    else written.set(revision, [name]);
  };
  const opened = new Map(batch.exchange.map(({ id, revision }) => [id, revision]));
  const recorded = new Set<string>();
  for (const { exchangeId, status, revision } of batch.close) {
    if (opened.get(exchangeId) === revision) recorded.add(exchangeId);
    else add(revision, nameOf('exchange', exchangeId, status === 'completed' ? 'complete' : 'fail'));
  }
  for (const { id, revision } of batch.exchange) {
    add(revision, nameOf('exchange', id, recorded.has(id) ? 'record' : 'open'));
  }
  for (const { id, status, revision } of batch.parse) add(revision, nameOf('parse', id, status));
  for (const { documentId, version, change, revision } of batch.version) {
    add(revision, nameOf('document', documentId, change, version));
  }
  for (const { documentId, to, revision } of batch.links) {
    for (const _ of to) add(revision, nameOf('link', documentId, 'add'));
  }
  for (const { documentId, to, revision } of batch.unlinks) {
    for (const _ of to) add(revision, nameOf('link', documentId, 'remove'));
  }
  // One change, however many inputs were accepted.
  const accepted = new Map(batch.accept.map((line) => [`${line.revision} ${line.documentId}`, line]));
  for (const { documentId, version, revision } of accepted.values()) {
    add(revision, nameOf('link', documentId, 'accept', version));
  }
  return written;
}

function nameOf(what: string, id: string, change: string, version?: number): string {
  return `${what} ${id.toLowerCase()}${version === undefined ? '' : `@${version}`}: ${change}`;
}
