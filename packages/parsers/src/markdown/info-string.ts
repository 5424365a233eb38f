/** What the line of an opening fence says of its block. */
export interface InfoString {
  /** In lower case; empty where none is named. */
  language: string;
  file?: string;
}

/** Longer ones are no names of files. */
const MAX_LENGTH = 1000;
const ATTRIBUTE =
  /(?:^|[\s{,])(?:title|filename|file|filepath|path|name)\s*=\s*(?:"([^"]+)"|'([^']+)'|([^\s"',}]+))/i;
/** As editors cite: first line, last line, file. */
const CITATION = /^\d+:\d+:(\S+)$/;
/** It has a slash, or a dot and a letter at its end. */
const PATH = /^[^\s={}"']*(?:[/\\][^\s={}"']+|\.[\p{L}_][\p{L}\p{N}_-]*)$/u;

/**
 * Reads language and file name out of an info string.
 *
 * The file is named by an attribute (`ts title="src/a.ts"`, also `file`, `filename`, `filepath`, `path`, `name`), a
 * second word (`ts src/a.ts`), behind a colon (`ts:src/a.ts`, `12:40:src/a.ts`) or alone, by a path with a slash
 * (`src/a.ts`).
 */
export function readInfoString(info: string): InfoString {
  const text = info.slice(0, MAX_LENGTH).trim();
  const [first = '', second = ''] = text.split(/\s+/, 2);
  const file = fileOf(text, first, second);
  const isFile = first === file || CITATION.test(first);
  const [, language = ''] = isFile ? [] : (/^\{?\.?([^\s:{},=]*)/.exec(first) ?? []);
  return { language: language.toLowerCase(), ...(file !== undefined && { file }) };
}

function fileOf(text: string, first: string, second: string): string | undefined {
  const [, double, single, bare] = ATTRIBUTE.exec(text) ?? [];
  const attribute = double ?? single ?? bare;
  if (attribute !== undefined) return attribute;
  const [, cited] = CITATION.exec(first) ?? [];
  if (cited !== undefined) return cited;
  const [, behindColon] = /^[^:]+:(.*[^\d:].*)$/.exec(first) ?? [];
  if (behindColon !== undefined) return behindColon;
  if (PATH.test(second)) return second;
  return first.includes('/') && PATH.test(first) ? first : undefined;
}
