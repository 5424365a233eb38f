import type { AsOf, StepRef } from '@stepledger/client';
import { usageError } from '../shell/cli-error.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isId(text: string): boolean {
  return UUID.test(text);
}

/** Which state of a document: a version (`@3`), a revision of its run (`@r12`), or the head. */
export type DocumentAt = { version: number } | { revision: number } | null;

/** A document as it is written on a command line, before anything is looked up. */
export interface DocumentRef {
  /** Its id, or where it stands in its run; the run is null when the one of the configuration is meant. */
  document: { id: string } | { run: string | null; kind: string; key: string | null };
  at: DocumentAt;
}

/**
 * Reads `[RUN/]KIND[/KEY][@VERSION|@rREVISION]`, or an id in place of all before the `@`.
 *
 * With a run at hand (`hasRun`) the first part is the kind, else the run. A `/`, `@` or `%` inside of a name is
 * written `%2F`, `%40`, `%25`. Refuses with a usage error.
 */
export function parseDocumentRef(text: string, { hasRun }: { hasRun: boolean }): DocumentRef {
  const split = text.lastIndexOf('@');
  const name = split === -1 ? text : text.slice(0, split);
  const at = split === -1 ? null : parseDocumentAt(text.slice(split + 1), text);
  if (isId(name)) return { document: { id: name }, at };
  const parts = name.split('/').map(decodePart);
  if (parts.some((part) => part === '')) throw badRef(text);
  const [first, second, third] = parts;
  if (first === undefined || parts.length > 3) throw badRef(text);
  if (third !== undefined && second !== undefined) {
    return { document: { run: first, kind: second, key: third }, at };
  }
  if (hasRun) return { document: { run: null, kind: first, key: second ?? null }, at };
  if (second === undefined) throw badRef(text);
  return { document: { run: first, kind: second, key: null }, at };
}

/** Writes what `parseDocumentRef` reads; the key is left out where it is the kind. */
export function formatDocumentRef({ run, kind, key }: { run?: string; kind: string; key: string }): string {
  const parts = [...(run === undefined ? [] : [run]), kind, ...(key === kind ? [] : [key])];
  return parts.map(encodePart).join('/');
}

export function parseDocumentAt(text: string, whole: string): DocumentAt {
  const match = /^(r?)([1-9]\d{0,9})$/.exec(text);
  if (match === null) {
    throw usageError(`${whole}: what follows @ must be a version such as @3 or a revision such as @r12`);
  }
  const number = Number(match[2]);
  return match[1] === 'r' ? { revision: number } : { version: number };
}

/** Reads `NAME` or `NAME:KEY`; a `:` inside of a name is written `%3A`. */
export function parseStepRef(text: string): StepRef {
  const split = text.indexOf(':');
  if (split === -1) return { name: decodePart(text), key: '' };
  return { name: decodePart(text.slice(0, split)), key: decodePart(text.slice(split + 1)) };
}

/** Reads `NAME` for all steps of a name, `NAME:KEY` for one; `NAME:` is the one without a key. */
export function parseStepFilter(text: string): { name: string; key: string | null } {
  const { name, key } = parseStepRef(text);
  return { name, key: text.includes(':') ? key : null };
}

export function formatStepRef({ name, key }: StepRef): string {
  const encode = (part: string) => encodePart(part).replaceAll(':', '%3A');
  return key === '' ? encode(name) : `${encode(name)}:${encode(key)}`;
}

/** Reads a revision such as `12` or `r12`, or a time such as `2026-11-27T10:00:00Z`. */
export function parseAsOf(text: string): AsOf {
  const revision = /^r?(\d{1,10})$/.exec(text)?.[1];
  if (revision !== undefined) return { revision: Number(revision) };
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw usageError(`${text} is neither a revision such as 12 nor a time such as 2026-11-27T10:00:00Z`);
  }
  return { time: time.toISOString() };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw usageError(`${part} holds a % that is not followed by two hexadecimal digits`, 'Write a % as %25.');
  }
}

function encodePart(part: string): string {
  return part.replace(/[%/@]/g, (character) => encodeURIComponent(character));
}

function badRef(text: string) {
  return usageError(
    `${text} does not name a document`,
    'Write RUN/KIND or RUN/KIND/KEY, or KIND with --run, or a document id; @3 is a version, @r12 a revision.',
  );
}
