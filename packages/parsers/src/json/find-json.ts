import { PARSER_LIMITS } from '../limits.ts';
import { findFences } from '../markdown/fences.ts';
import { readInfoString } from '../markdown/info-string.ts';
import { readMarkdown } from '../markdown/read-markdown.ts';
import { type JsonReading, readJson } from './read-json.ts';
import { findRegions } from './regions.ts';

/** JSON as it stands in an answer. */
export interface FoundJson {
  value: unknown;
  /** Exactly as it was written, also where it had to be repaired to be read. */
  source: string;
  /** Where it begins in the raw text. */
  start: number;
}

type Failure = Extract<JsonReading, { reason: string }>;

interface Candidate {
  source: string;
  start: number;
}

/**
 * Finds JSON in an answer: the whole of it, else the first fenced block that says or looks so, else the longest list
 * or object in the prose.
 *
 * @returns why and where nothing could be read, of the candidate that looked best.
 */
export function findJson(raw: string, { strict }: { strict: boolean }): FoundJson | Failure {
  const whole = trimmed(raw, 0);
  const reading = readJson(whole.source, { maxRepairLength: 0 });
  if ('value' in reading) return { ...reading, ...whole };

  let failure: Failure | undefined;
  // Of all candidates together, since the time grows with it.
  let maxRepairLength: number = strict ? 0 : PARSER_LIMITS.maxRepairLength;
  for (const { source, start } of candidates(raw)) {
    const found = readJson(source, { maxRepairLength });
    if ('value' in found) return { ...found, source, start };
    failure ??= toFailure(found, { source, start, strict });
    if (source.length <= maxRepairLength) maxRepairLength -= source.length;
  }
  return failure ?? { reason: 'there is no list or object in it', offset: raw.length };
}

function toFailure(
  { reason, offset }: Failure,
  { source, start, strict }: Candidate & { strict: boolean },
): Failure {
  const { maxRepairLength } = PARSER_LIMITS;
  const isTooLong = !strict && source.length > maxRepairLength;
  return {
    reason: isTooLong ? `${reason}; more than ${maxRepairLength} characters are not repaired` : reason,
    offset: start + Math.min(offset, source.length),
  };
}

function* candidates(raw: string): Generator<Candidate> {
  // In a longer answer the fences are not looked for; what is in them is found as prose.
  const fences = raw.length > PARSER_LIMITS.maxMarkdownLength ? [] : findFences(readMarkdown(raw));
  for (const { info, text, start } of fences) {
    const candidate = trimmed(text, start);
    const { language } = readInfoString(info);
    const looksSo = language === '' && /^[{[]/.test(candidate.source);
    if (looksSo || /^json/.test(language)) yield candidate;
  }
  for (const { start, end } of findRegions(raw)) yield { source: raw.slice(start, end), start };
}

/** Without the blanks around it, and without a byte order mark. */
function trimmed(text: string, start: number): Candidate {
  const source = text.trim();
  return { source, start: start + text.indexOf(source) };
}
