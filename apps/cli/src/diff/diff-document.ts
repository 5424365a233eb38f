import type { TextDiff } from '@stepledger/client';
import { visibleLine } from '../output/visible.ts';
import { type DocumentAt, parseDocumentAt } from '../refs/parse-refs.ts';
import { type ResolvedDocument, resolveDocument } from '../refs/resolve-refs.ts';
import { CliError } from '../shell/cli-error.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { Shell } from '../shell/shell.ts';
import type { DiffOptions } from './diff.command.ts';
import { formatStat, renderPatch } from './render-patch.ts';

export interface DocumentEnds {
  /** As it was typed, with the older version or without. */
  document: string;
  /** The newer version, with its `@`. */
  to: string | undefined;
}

/** Prints the unified diff of two versions of a document: to a pipe exactly, so that `patch` can apply it. */
export async function diffDocument(
  shell: Shell,
  { document, to }: DocumentEnds,
  { stat, exitCode }: DiffOptions,
): Promise<void> {
  const { out, ledger } = shell;
  const { documentId, at } = await resolveDocument(shell, document);
  const versions = await versionsOf(shell, {
    documentId,
    from: at,
    to: to === undefined ? null : parseDocumentAt(to.slice(1), to),
    name: document,
  });
  const diff = await ledger.documents.diff({ documentId, ...versions });
  await out.result(diff, () => (stat ? statLine(document, diff) : render(shell, diff)));
  if (exitCode && diff.patch !== '') process.exitCode = EXIT.failed;
}

function render({ out }: Shell, { patch, from, to }: TextDiff): string {
  if (patch === null) {
    throw new CliError(`Versions ${from} and ${to} are too different to be compared line by line`, {
      hint: 'Print both with `stepledger cat DOC@N` and compare them with a tool of your own.',
    });
  }
  if (patch === '') out.say(`Versions ${from} and ${to} have the same text.`);
  return out.isTerminal ? renderPatch(patch, out.style) : patch;
}

function statLine(document: string, { from, to, ...diff }: TextDiff): string {
  return `${visibleLine(document)}  @${from} to @${to}  ${formatStat(diff)}`;
}

interface Ends {
  documentId: string;
  from: DocumentAt;
  to: DocumentAt;
  name: string;
}

/** What is left out: the newer version is the head, unless the older one is left out as well; that is the one before. */
async function versionsOf(shell: Shell, { documentId, from, to, name }: Ends) {
  if (from !== null && to === null) return { from: await versionAt(shell, { documentId, at: from }) };
  const newer = await versionAt(shell, { documentId, at: to });
  if (from !== null) return { from: await versionAt(shell, { documentId, at: from }), to: newer };
  if (newer > 1) return { from: newer - 1, to: newer };
  throw new CliError(`${visibleLine(name)} has nothing before version 1`, {
    hint: 'Print it with `stepledger cat`, or name two versions: DOC@1 @2.',
    exitCode: EXIT.notFound,
  });
}

async function versionAt({ ledger }: Shell, { documentId, at }: ResolvedDocument): Promise<number> {
  if (at !== null && 'version' in at) return at.version;
  const found = await ledger.documents.get({
    documentId,
    withText: false,
    includeDeleted: true,
    ...(at !== null && { asOf: { revision: at.revision } }),
  });
  return found.version;
}
