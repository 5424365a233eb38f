import mustache from 'mustache';

/** A template that cannot be read, such as one with a section that is not closed. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/**
 * Fills a mustache template in with texts, which arrive exactly as they are: nothing is escaped.
 *
 * A section is shown once when its text is not empty. There are neither lambdas nor partials: `{{> x}}` is empty.
 *
 * The library's time grows with the square of some templates' lengths and of long runs of blanks, and its stack with
 * nested sections: the last two are refused here, the length by the caller.
 *
 * @returns null when the text would be longer than `maxLength`.
 * @throws TemplateError
 */
export function renderMustache(
  template: string,
  variables: Readonly<Record<string, string>>,
  maxLength: number,
): string | null {
  if (BLANKS.test(template)) throw new TemplateError(`it holds more than ${MAX_BLANKS} blanks in a row`);
  // A writer of its own: the shared one keeps every template that it ever parsed.
  const writer = new mustache.Writer();
  const tokens = parse(writer, template);
  const context = new TextContext({ variables });
  // Added up before anything is joined: a short template may name a long variable a thousand times.
  if (lengthOf(tokens, context) > maxLength) return null;
  return writer.render(template, context, undefined, { escape: String });
}

/** 40,000 blanks in a tag that is not closed took the library 6 s. */
const MAX_BLANKS = 500;
const BLANKS = new RegExp(`\\s{${MAX_BLANKS + 1}}`);
const MAX_DEPTH = 100;

/** As the library makes it: type, value, place, and of a section also its tokens. */
type Token = [type: string, value: string, start: number, end: number, tokens?: Token[]];

function parse(writer: mustache.Writer, template: string): Token[] {
  try {
    return writer.parse(template) as Token[];
  } catch (error) {
    throw new TemplateError(error instanceof Error ? error.message : String(error));
  }
}

function lengthOf(tokens: readonly Token[], context: TextContext, depth = 0): number {
  if (depth > MAX_DEPTH) throw new TemplateError(`its sections nest deeper than ${MAX_DEPTH}`);
  let length = 0;
  for (const [type, value, , , inner = []] of tokens) {
    const text = type === 'text' ? value : context.lookup(value);
    if (type === 'text' || type === 'name' || type === '&') length += text.length;
    else if (type === '#' && text !== '') length += lengthOf(inner, context.push(text), depth + 1);
    else if (type === '^' && text === '') length += lengthOf(inner, context, depth + 1);
  }
  return length;
}

interface TextView {
  readonly variables: Readonly<Record<string, string>>;
  /** What `{{.}}` means: the text of the section around. */
  readonly around?: string;
}

/** Looks names up whole and only among the caller's own: the library's would find `{{x.length}}` and inherited ones. */
class TextContext extends mustache.Context {
  readonly #view: TextView;

  constructor(view: TextView) {
    super(view);
    this.#view = view;
  }

  override push(text: string): TextContext {
    return new TextContext({ variables: this.#view.variables, around: text });
  }

  override lookup(name: string): string {
    const { variables, around } = this.#view;
    if (name === '.' && around !== undefined) return around;
    return Object.hasOwn(variables, name) ? (variables[name] ?? '') : '';
  }
}
