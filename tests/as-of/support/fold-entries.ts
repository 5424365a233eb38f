import type { Document, Entry, ExchangeSummary, Link, Parse, Run, Step } from '@stepledger/client';
import { type RunReads, valuesOf } from './read-run.ts';

/** What exists in a run, named as entries name it. */
export interface Existing {
  run: string;
  /** The status by step. */
  steps: Record<string, string>;
  /** `open` or `closed` by exchange. */
  exchanges: Record<string, string>;
  parses: string[];
  /** The head's number, and whether it deletes, by document. */
  documents: Record<string, string>;
  /** How many links stand, by the document that they start from. */
  links: Record<string, number>;
}

const RUN: Record<string, string> = {
  complete: 'completed',
  fail: 'failed',
  cancel: 'cancelled',
  resume: 'running',
};
const STEP: Record<string, string> = { start: 'running', complete: 'completed', fail: 'failed' };

/** Plays entries one after the other, which nobody but a test does. */
export function foldEntries(entries: readonly Entry[]): Existing {
  const existing: Existing = {
    run: 'running',
    steps: {},
    exchanges: {},
    parses: [],
    documents: {},
    links: {},
  };
  for (const { what, id, change, version } of entries.flatMap(({ changes }) => changes)) {
    if (change === 'purge') continue;
    if (what === 'run') existing.run = RUN[change] ?? existing.run;
    if (what === 'step') existing.steps[id] = STEP[change] ?? change;
    if (what === 'exchange') existing.exchanges[id] = change === 'open' ? 'open' : 'closed';
    if (what === 'parse') existing.parses.push(id);
    if (what === 'document') existing.documents[id] = `${version}${change === 'delete' ? ' deleted' : ''}`;
    if (what === 'link') existing.links[id] = (existing.links[id] ?? 0) + (change === 'add' ? 1 : -1);
  }
  existing.parses.sort();
  return existing;
}

/** The same out of what was read. */
export function existingOf(reads: RunReads): Existing {
  const run = reads['run'];
  const documents = valuesOf<Document>(reads['documents']);
  const links = documents.map(({ id }) => [id, valuesOf<Link>(reads[`links from ${id}`]).length] as const);
  return {
    run: run && 'value' in run ? (run.value as Run).status : 'none',
    steps: Object.fromEntries(valuesOf<Step>(reads['steps']).map(({ id, status }) => [id, status])),
    exchanges: Object.fromEntries(
      valuesOf<ExchangeSummary>(reads['exchanges']).map(({ id, closedRevision }) => [
        id,
        closedRevision === null ? 'open' : 'closed',
      ]),
    ),
    parses: valuesOf<Parse>(reads['parses'])
      .map(({ id }) => id)
      .sort(),
    documents: Object.fromEntries(
      documents.map(({ id, headVersion, deleted }) => [id, `${headVersion}${deleted ? ' deleted' : ''}`]),
    ),
    links: Object.fromEntries(links.filter(([, count]) => count > 0)),
  };
}
