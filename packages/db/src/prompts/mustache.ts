/**
 * Mustache for texts: https://mustache.github.io/mustache.5.html with strings as its only values, so that nothing is
 * escaped, sections are shown once or not at all, and there are neither lambdas nor partials (`{{> x}}` is empty).
 *
 * Not the `mustache` package, since a server renders what callers store: its parser makes an array for each
 * character (500 MB for a template of 4 MB) and is quadratic in blanks inside a tag and in the number of tags after
 * some changes of delimiters (26 s for 900 KB, measured). It is the oracle of this file's tests: where both accept a
 * template, they render the same.
 */

/** A template that cannot be read: a tag or section that is not closed or not opened. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

type Token =
  | { readonly type: 'text'; readonly start: number; end: number }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'section' | 'inverted'; readonly name: string; end: number }
  | { readonly type: 'end' };

/** A template ready to be filled in; sections name the index of their end. */
export interface Template {
  readonly source: string;
  readonly tokens: readonly Token[];
}

/** Reads a template in time and memory that grow with its length only. @throws TemplateError */
export function parseTemplate(source: string): Template {
  return { source, tokens: new Parser(source).parse() };
}

/**
 * Fills a template in, piece by piece: joined, they are the text. Makes no copies, so that a caller can add up their
 * lengths before it joins them.
 */
export function* fillTemplate(
  { source, tokens }: Template,
  variables: Readonly<Record<string, string>>,
): Generator<string> {
  // What `{{.}}` means: the value of the section around.
  const around: (string | undefined)[] = [];
  const lookUp = (name: string): string => {
    const own = name === '.' ? around.at(-1) : undefined;
    return own ?? (Object.hasOwn(variables, name) ? (variables[name] ?? '') : '');
  };
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (!token) break;
    if (token.type === 'text') yield source.slice(token.start, token.end);
    else if (token.type === 'variable') yield lookUp(token.name);
    else if (token.type === 'end') around.pop();
    else {
      const value = lookUp(token.name);
      const shown = token.type === 'section' ? value !== '' : value === '';
      if (shown) around.push(token.type === 'section' ? value : around.at(-1));
      else index = token.end;
    }
  }
}

const KINDS = '#^/>{&=!';
const BLANK = /\s/;
const NOT_BLANK = /\S/;

class Parser {
  readonly #source: string;
  readonly #tokens: (Token | null)[] = [];
  readonly #open: Extract<Token, { name: string; end: number }>[] = [];
  #position = 0;
  /** Where the next line break stands, if it was not passed: a search for each tag would be quadratic. */
  #nextBreak = -1;
  #opening = '{{';
  #closing = '}}';
  /** Of the line being read: its texts, and whether it holds a tag, and anything that shows. */
  #lineTexts: number[] = [];
  #hasTag = false;
  #hasContent = false;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Token[] {
    for (;;) {
      const tagAt = this.#source.indexOf(this.#opening, this.#position);
      this.#text(this.#position, tagAt === -1 ? this.#source.length : tagAt);
      if (tagAt === -1) break;
      this.#position = tagAt + this.#opening.length;
      this.#tag(tagAt);
    }
    this.#endLine();
    const open = this.#open.at(-1);
    if (open) throw new TemplateError(`the section "${open.name}" is not closed`);
    return this.#linked();
  }

  /** A text between tags: the rest of a line, whole lines without a tag, the beginning of a line. */
  #text(start: number, end: number): void {
    if (this.#nextBreak < start) {
      const found = this.#source.indexOf('\n', start);
      this.#nextBreak = found === -1 ? this.#source.length : found;
    }
    const firstBreak = this.#nextBreak;
    if (firstBreak >= end) {
      this.#lineText(start, end);
      return;
    }
    this.#lineText(start, firstBreak + 1);
    this.#endLine();
    const lastLine = this.#source.lastIndexOf('\n', end - 1) + 1;
    if (firstBreak + 1 < lastLine) {
      this.#tokens.push({ type: 'text', start: firstBreak + 1, end: lastLine });
    }
    this.#lineText(lastLine, end);
  }

  #lineText(start: number, end: number): void {
    if (start >= end) return;
    this.#hasContent ||= NOT_BLANK.test(this.#source.slice(start, end));
    this.#lineTexts.push(this.#tokens.length);
    this.#tokens.push({ type: 'text', start, end });
  }

  /** A line of nothing but blanks and tags that show nothing disappears, with its break. */
  #endLine(): void {
    if (this.#hasTag && !this.#hasContent) {
      for (const index of this.#lineTexts) this.#tokens[index] = null;
    }
    this.#lineTexts = [];
    this.#hasTag = false;
    this.#hasContent = false;
  }

  #tag(tagAt: number): void {
    this.#hasTag = true;
    this.#skipBlanks();
    const sign = this.#source.charAt(this.#position);
    const kind = sign !== '' && KINDS.includes(sign) ? sign : '';
    this.#position += kind.length;
    this.#skipBlanks();
    if (kind === '=') {
      const delimiters = this.#upTo('=', tagAt);
      this.#upTo(this.#closing, tagAt);
      this.#setDelimiters(delimiters, tagAt);
      return;
    }
    const name = this.#upTo(kind === '{' ? `}${this.#closing}` : this.#closing, tagAt);
    if (kind === '#' || kind === '^') {
      const token: Token = { type: kind === '#' ? 'section' : 'inverted', name, end: -1 };
      this.#open.push(token);
      this.#tokens.push(token);
    } else if (kind === '/') {
      const open = this.#open.pop();
      if (open?.name !== name) {
        throw new TemplateError(
          `the end of section "${name}" at ${tagAt} ` +
            (open ? `stands inside section "${open.name}"` : 'has no beginning'),
        );
      }
      this.#tokens.push({ type: 'end' });
    } else if (kind === '' || kind === '&' || kind === '{') {
      this.#hasContent = true;
      this.#tokens.push({ type: 'variable', name });
    }
  }

  #setDelimiters(text: string, tagAt: number): void {
    const [opening, closing] = text.split(/\s+/, 2);
    if (!opening || !closing) throw new TemplateError(`the delimiters at ${tagAt} are not two`);
    this.#opening = opening;
    this.#closing = closing;
  }

  #skipBlanks(): void {
    while (BLANK.test(this.#source.charAt(this.#position))) this.#position += 1;
  }

  /** What stands before `end`, without the blanks before it; goes on behind it. */
  #upTo(end: string, tagAt: number): string {
    const endAt = this.#source.indexOf(end, this.#position);
    if (endAt === -1) throw new TemplateError(`the tag at ${tagAt} is not closed`);
    const text = this.#source.slice(this.#position, endAt).trimEnd();
    this.#position = endAt + end.length;
    return text;
  }

  /** Leaves out what disappeared and tells each section where it ends. */
  #linked(): Token[] {
    const tokens = this.#tokens.filter((token) => token !== null);
    const open: Extract<Token, { name: string; end: number }>[] = [];
    for (const [index, token] of tokens.entries()) {
      if (token.type === 'section' || token.type === 'inverted') open.push(token);
      else if (token.type === 'end') {
        const section = open.pop();
        if (section) section.end = index;
      }
    }
    return tokens;
  }
}
