import { isUtf8 } from 'node:buffer';
import { LIMITS } from '@stepledger/contract';
import { FrontMatterError, type FrontValues, readFrontMatter, writeFrontMatter } from './front-matter.ts';

/** A Markdown file in its parts; joined they are its bytes. */
export interface FileText {
  /** A byte order mark before the front matter: the file's, not the text's. */
  mark: '' | '\ufeff';
  /** The fences with the lines between them; null in a file without. */
  front: { opening: string; source: string; closing: string } | null;
  /** The document's text, exactly. */
  text: string;
  values: FrontValues;
}

/** Why a file or a text is left alone; for people. */
export interface Refused {
  refused: string;
}

/** Code units of front matter. */
const MAX_FRONT_LENGTH = 64 * 1024;
/** Bytes of a file: the largest text that is stored, and its front matter. */
export const MAX_FILE_BYTES = LIMITS.maxTextBytes + 4 * MAX_FRONT_LENGTH;
const MARK = '\ufeff';
const FENCE = /^---[ \t]*\r?\n?$/;

/** Takes a file apart, or says why it cannot be synced. */
export function parseFile(bytes: Buffer): FileText | Refused {
  if (!isUtf8(bytes)) return { refused: 'it is not UTF-8 text' };
  const whole = bytes.toString('utf8');
  if (whole.includes('\0')) return { refused: 'it holds a NUL, as binary files do' };
  const mark = whole.startsWith(MARK) ? MARK : '';
  const content = whole.slice(mark.length);
  const opening = lineAt(content, 0);
  if (!FENCE.test(opening)) return { mark, front: null, text: content, values: {} };
  try {
    return { mark, ...splitFront(content, opening) };
  } catch (error) {
    if (error instanceof FrontMatterError) return { refused: error.message };
    throw error;
  }
}

function splitFront(content: string, opening: string): Omit<FileText, 'mark'> {
  let at = opening.length;
  while (at < content.length && at <= MAX_FRONT_LENGTH) {
    const line = lineAt(content, at);
    if (FENCE.test(line)) {
      const source = content.slice(opening.length, at);
      const front = { opening, source, closing: line };
      return { front, text: content.slice(at + line.length), values: readFrontMatter(source) };
    }
    at += line.length;
  }
  throw new FrontMatterError(
    'it begins with --- and no second line of --- ends the front matter; write an empty one before it',
  );
}

function lineAt(content: string, start: number): string {
  const end = content.indexOf('\n', start);
  return end === -1 ? content.slice(start) : content.slice(start, end + 1);
}

/** The file with another text and with our values set; all else in it stays. Throws FrontMatterError. */
export function changeFile(file: FileText | null, text: string, values: FrontValues): FileText {
  const newline = (file?.front?.opening ?? file?.text ?? '').match(/\r?\n/)?.[0] ?? '\n';
  const { opening, source, closing } = file?.front ?? {
    opening: `---${newline}`,
    source: '',
    closing: '---',
  };
  const ended = closing.endsWith('\n') ? closing : `${closing}${newline}`;
  const front = { opening, source: writeFrontMatter(source, values, newline), closing: ended };
  if (front.source.length > MAX_FRONT_LENGTH) throw new FrontMatterError('its front matter is too long');
  return { mark: file?.mark ?? '', front, text, values: { ...file?.values, ...values } };
}

export function formatFile({ mark, front, text }: FileText): Buffer {
  const fences = front === null ? '' : `${front.opening}${front.source}${front.closing}`;
  return Buffer.from(`${mark}${fences}${text}`, 'utf8');
}

/** Whether a person wrote anything of their own into the front matter: a key, a comment, a line. */
export function hasOwnFront({ front, values }: FileText): boolean {
  if (front === null) return false;
  const newline = front.opening.endsWith('\r\n') ? '\r\n' : '\n';
  return front.source !== writeFrontMatter('', values, newline);
}
