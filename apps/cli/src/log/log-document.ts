import type { Document } from '@stepledger/client';
import { formatBytes, formatWhen } from '../output/format.ts';
import { visibleLine } from '../output/visible.ts';
import type { DocumentAt } from '../refs/parse-refs.ts';
import { showDocumentRef, showStepRef } from '../refs/shown-refs.ts';
import type { Shell } from '../shell/shell.ts';
import type { LogOptions } from './log.command.ts';

/** Calls that travel in one request. */
const BATCH = 20;

export interface NamedDocument {
  document: Document;
  at: DocumentAt;
}

/** Prints the versions of a document; up to the one that is named, if one is. */
export async function logDocument(
  shell: Shell,
  { document, at }: NamedDocument,
  { number, reverse }: LogOptions,
): Promise<void> {
  const { ledger, out } = shell;
  const { id, kind, key } = document;
  const run = out.json ? '' : (await ledger.runs.get({ runId: document.runId })).key;
  const last = await lastVersion(shell, { document, at });
  const count = Math.min(number ?? last, last);
  for (let done = 0; done < count; done += BATCH) {
    const size = Math.min(BATCH, count - done);
    // Versions have no gaps, and none ever changes.
    const versions = Array.from({ length: size }, (_, index) =>
      reverse ? done + index + 1 : last - done - index,
    );
    const read = versions.map((version) =>
      ledger.documents.get({ documentId: id, version, withText: false, includeDeleted: true }),
    );
    for (const found of await Promise.all(read)) {
      const ref = showDocumentRef(shell, { run, kind, key, version: found.version });
      await out.item(found, () => render(shell, ref, found));
    }
  }
}

async function lastVersion({ ledger }: Shell, { document, at }: NamedDocument): Promise<number> {
  if (at === null) return document.version;
  if ('version' in at) return Math.min(at.version, document.version);
  const found = await ledger.documents.get({
    documentId: document.id,
    withText: false,
    includeDeleted: true,
    asOf: { revision: at.revision },
  });
  return found.version;
}

function render({ out }: Shell, ref: string, document: Document): string {
  const { revision, updatedAt, author, change, step, content, purged, note, exchangeId } = document;
  const head = [
    out.style('yellow', ref),
    visibleLine(change),
    formatWhen(updatedAt),
    `r${revision}`,
    ...(author === null ? [] : [out.style('cyan', visibleLine(author))]),
    ...(step === null ? [] : [showStepRef(step)]),
    purged ? out.style('red', 'purged') : content === null ? '' : formatBytes(content.size),
  ];
  const lines = [
    ...titleOf(document),
    ...(exchangeId === null ? [] : [`from exchange ${exchangeId}`]),
    ...(note === null ? [] : note.split('\n').map(visibleLine)),
  ];
  return [head.filter((part) => part !== '').join('  '), ...lines.map((line) => `    ${line}`)].join('\n');
}

function titleOf({ title, status, tags }: Document): string[] {
  const parts = [
    ...(title === null ? [] : [JSON.stringify(title)]),
    ...(status === null ? [] : [`status ${status}`]),
    ...(tags.length === 0 ? [] : [`tags ${tags.join(', ')}`]),
  ];
  return parts.length === 0 ? [] : [visibleLine(parts.join('  '))];
}
