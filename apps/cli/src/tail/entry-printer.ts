import { stripVTControlCharacters } from 'node:util';
import type { Entry, Stepledger } from '@stepledger/client';
import { type EntryFilter, matches, needsDetails } from '../entries/entry-filter.ts';
import { EntryReader } from '../entries/entry-reader.ts';
import { renderEntry } from '../entries/render-entry.ts';
import type { Output } from '../output/output.ts';
import { untilReached } from './until-reached.ts';

export interface EntryPrinter {
  /** Only lines with this text; empty for all. */
  contained: string;
  /** Prints an entry if it matches; asks for what it does not know, however long the server is away. */
  print(entry: Entry, signal?: AbortSignal): Promise<void>;
}

/** Prints entries that match: a line in words each, or the entry as the API has it under --json. */
export function createPrinter(ledger: Stepledger, out: Output, filter: EntryFilter): EntryPrinter {
  const reader = new EntryReader(ledger);
  const asksForDetails = !out.json || needsDetails(filter);
  const detailed = async (entry: Entry, signal: AbortSignal) => {
    // Those of the past may come with their details.
    const isKnown = entry.changes.every(({ detail, what }) => detail !== undefined || what === 'run');
    return isKnown || !asksForDetails ? entry : reader.withDetails(entry, signal);
  };
  const printer: EntryPrinter = {
    contained: '',
    async print(entry, signal = new AbortController().signal) {
      if (!matches(entry, { ...(filter.actor !== undefined && { actor: filter.actor }) })) return;
      const known = await untilReached(() => detailed(entry, signal), signal);
      if (!matches(known, filter)) return;
      const run = out.json ? '' : await untilReached(() => reader.runKey(entry.runId, signal), signal);
      const line = out.json ? '' : renderEntry(known, { run, style: out.style });
      if (!stripVTControlCharacters(line).includes(printer.contained)) return;
      await out.item(toPlainEntry(known), () => line);
    },
  };
  return printer;
}

/** As `entries.list` answers it: no place in a feed, no details. */
function toPlainEntry({ runId, revision, at, actor, kind, changes }: Entry): Entry {
  return { runId, revision, at, actor, kind, changes: changes.map(({ detail: _, ...change }) => change) };
}
