import { type Blame, LedgerError, LIMITS, type LinksService } from '@stepledger/contract';
import { readTexts } from '../blobs/read-texts.ts';
import type { StoreContext } from '../store-context.ts';
import { LineBlame } from './blame-lines.ts';
import { describeVersions } from './blamed-versions.ts';
import { type ChainLink, toTextChain, type VersionRow } from './text-chain.ts';

type Input = Parameters<LinksService['blame']>[0];

/** Texts that are read by one statement, at most. */
const MAX_BATCH = 50;

/** Follows the lines of a version back through the document's texts, as far as there are lines to follow. */
export async function blameDocument(context: StoreContext, input: Input): Promise<Blame> {
  const { documentId, line } = input;
  const rows = await readVersions(context, input);
  const target = checkTarget(rows, input);
  const chain = toTextChain(rows.slice(0, LIMITS.maxBlameVersions));
  let blame: LineBlame | undefined;
  for (let done = 0; done < chain.length && !blame?.done; ) {
    const batch = takeBatch(chain, done);
    const texts = await readTexts(context, batch);
    for (const link of batch) {
      const written = { version: link.version, text: texts(link) ?? '' };
      if (blame) blame.goBack(written);
      else blame = startBlame(written, line);
      if (blame.done) break;
    }
    done += batch.length;
  }
  if (!blame) throw new Error('A version that is not purged has a text');
  const isWhole = rows.length <= LIMITS.maxBlameVersions;
  const tooLong = !isWhole && !blame.done;
  if (isWhole && !blame.done) blame.end();
  const lines = blame.ranges();
  return {
    documentId,
    version: target.version,
    lines,
    versions: await describeVersions(context, { documentId, chain, lines }),
    unknown: blame.tooDifferent ? 'too_different' : tooLong ? 'too_long' : null,
  };
}

/** The version that is asked for, and those before it that made or restored a text: one more than is looked at. */
function readVersions(
  { connection, scope }: StoreContext,
  { documentId, version }: Input,
): Promise<VersionRow[]> {
  return connection.query<VersionRow>(
    `SELECT v.version, v.change, v.sha256, v.encoding, v.size
    FROM document d JOIN document_version v ON v.project_id = d.project_id AND v.document_id = d.id
    WHERE d.project_id = $1 AND d.id = $2 AND v.version <= coalesce($3::int, d.head_version)
      AND (v.change IN ('create', 'text', 'restore') OR v.version = coalesce($3::int, d.head_version))
    ORDER BY v.version DESC LIMIT $4::int`,
    [scope.projectId, documentId, version ?? null, LIMITS.maxBlameVersions + 1],
  );
}

/** @throws NOT_FOUND of the document or its version, DELETED, PURGED. */
function checkTarget(rows: readonly VersionRow[], { documentId, version }: Input): VersionRow {
  const [target] = rows;
  const type = 'document';
  if (!target) throw new LedgerError('NOT_FOUND', { type, id: documentId });
  if (version !== undefined && target.version !== version) {
    throw new LedgerError('NOT_FOUND', { type: 'document version', id: `${documentId}@${version}` });
  }
  const named = { type, id: documentId, version: target.version };
  if (target.change === 'delete') throw new LedgerError('DELETED', named);
  if (!target.sha256) throw new LedgerError('PURGED', named);
  return target;
}

/** @throws BAD_INPUT for a line that the text does not have. */
function startBlame(written: { version: number; text: string }, line: number | undefined): LineBlame {
  const blame = new LineBlame(written, line);
  if (line === undefined || line <= blame.count) return blame;
  const reason = `must be at most ${blame.count}, the number of lines`;
  throw new LedgerError('BAD_INPUT', { issues: [{ path: 'line', reason }] });
}

/** As many as one read may carry, and at least one. */
function takeBatch(chain: readonly ChainLink[], from: number): ChainLink[] {
  const batch: ChainLink[] = [];
  let bytes = 0;
  for (const link of chain.slice(from, from + MAX_BATCH)) {
    bytes += link.size ?? 0;
    if (batch.length > 0 && bytes > LIMITS.maxPageTextBytes) break;
    batch.push(link);
  }
  return batch;
}
