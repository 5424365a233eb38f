import { LIMITS } from '@stepledger/contract';
import mustache from 'mustache';
import { type Rendered, type Renderer, type RenderOptions, TemplateError } from './renderer.ts';

/**
 * Fills a mustache template in with texts, which arrive exactly as they are: nothing is escaped.
 *
 * A tag that is shown needs its variable. A section asks whether there is a text: it is shown once when its text is not
 * empty, and its variable may be missing. There are neither lambdas nor partials: `{{> x}}` is empty.
 *
 * The library's time grows with the square of some templates' lengths and of long runs of blanks, and its stack with
 * nested sections: the last two are refused here, the length by the caller.
 */
export const mustacheRenderer: Renderer = {
  render: renderMustache,
  maxTemplateLength: LIMITS.maxRenderedTemplateLength,
};

function renderMustache(template: string, { variables, maxLength }: RenderOptions): Rendered {
  if (BLANKS.test(template)) throw new TemplateError(`it holds more than ${MAX_BLANKS} blanks in a row`);
  // A writer of its own: the shared one keeps every template that it ever parsed.
  const writer = new mustache.Writer();
  const tokens = parse(writer, template);
  const context = new TextContext({ variables });
  // Added up before anything is joined: a short template may name a long variable a thousand times.
  const { length, missing } = measure(tokens, context);
  if (missing.size > 0) return { missing: [...missing] };
  if (length > maxLength) return 'too long';
  return { text: writer.render(template, context, undefined, { escape: String }) };
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

interface Measure {
  length: number;
  readonly missing: Set<string>;
}

/** How long the text will be, and which variables of its tags nobody gave. */
function measure(
  tokens: readonly Token[],
  context: TextContext,
  { found = { length: 0, missing: new Set<string>() }, depth = 0 }: { found?: Measure; depth?: number } = {},
): Measure {
  if (depth > MAX_DEPTH) throw new TemplateError(`its sections nest deeper than ${MAX_DEPTH}`);
  const inside = { found, depth: depth + 1 };
  for (const [type, value, , , inner = []] of tokens) {
    const text = type === 'text' ? value : context.lookup(value);
    const isTag = type === 'name' || type === '&';
    if (isTag && !context.has(value)) found.missing.add(value);
    else if (isTag || type === 'text') found.length += text.length;
    else if (type === '#' && text !== '') measure(inner, context.push(text), inside);
    else if (type === '^' && text === '') measure(inner, context, inside);
  }
  return found;
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

  has(name: string): boolean {
    const { variables, around } = this.#view;
    return (name === '.' && around !== undefined) || Object.hasOwn(variables, name);
  }

  override lookup(name: string): string {
    const { variables, around } = this.#view;
    if (name === '.' && around !== undefined) return around;
    return Object.hasOwn(variables, name) ? (variables[name] ?? '') : '';
  }
}
