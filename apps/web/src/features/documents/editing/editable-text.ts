/**
 * How the line ends of a text are edited: a text field only knows line feeds and turns all others into them.
 *
 * `crlf`: every line ends in CR LF. `marked`: a carriage return stands as a visible sign.
 */
export type LineEnds = 'lf' | 'crlf' | 'marked';

/** The sign for a carriage return. */
const MARK = '␍';

export interface EditableText {
  text: string;
  ends: LineEnds;
}

/** A stored text as a field can hold it; null when it cannot be edited without a change that nobody made. */
export function toEditable(text: string): EditableText | null {
  if (!text.includes('\r')) return { text, ends: 'lf' };
  const plain = text.replaceAll('\r\n', '\n');
  if (!plain.includes('\r') && fromEditable({ text: plain, ends: 'crlf' }) === text)
    return { text: plain, ends: 'crlf' };
  return text.includes(MARK) ? null : { text: text.replaceAll('\r', MARK), ends: 'marked' };
}

/** The text to store. */
export function fromEditable({ text, ends }: EditableText): string {
  if (ends === 'lf') return text;
  return ends === 'crlf' ? text.replaceAll('\n', '\r\n') : text.replaceAll(MARK, '\r');
}
