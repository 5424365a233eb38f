import { hasManyLines, LIMITS, type TextDiff } from '@stepledger/contract';
import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff';

const CONTEXT_LINES = 3;

interface TextVersion {
  version: number;
  text: string;
}

/**
 * Compares two versions of a text line by line, as a unified patch between `<name>@<from>` and `<name>@<to>` that
 * makes exactly the one out of the other.
 *
 * Gives up after LIMITS.maxDiffMs: the work grows with the number of differences times the number of lines, which
 * for long texts that repeat their lines is too much.
 */
export function diffTexts(name: string, from: TextVersion, to: TextVersion): TextDiff {
  const versions = { from: from.version, to: to.version };
  if (from.text === to.text) return { ...versions, added: 0, removed: 0, patch: '' };
  const patch = hasManyLines(from.text) || hasManyLines(to.text) ? undefined : comparedLines(name, from, to);
  if (!patch) return { ...versions, added: null, removed: null, patch: null };
  let added = 0;
  let removed = 0;
  for (const { lines } of patch.hunks) {
    for (const line of lines) {
      if (line.startsWith('+')) added += 1;
      else if (line.startsWith('-')) removed += 1;
    }
  }
  return { ...versions, added, removed, patch: formatPatch(patch, FILE_HEADERS_ONLY) };
}

function comparedLines(name: string, from: TextVersion, to: TextVersion) {
  return structuredPatch(
    `${name}@${from.version}`,
    `${name}@${to.version}`,
    from.text,
    to.text,
    undefined,
    undefined,
    { context: CONTEXT_LINES, timeout: LIMITS.maxDiffMs },
  );
}
