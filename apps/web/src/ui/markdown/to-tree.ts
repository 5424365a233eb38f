import type { Element, ElementContent, Root } from 'hast';
import rehypeSanitize from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype, { type Options } from 'remark-rehype';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import { toVisible } from '../../lib/words/visible.ts';

/** What a link may lead to; where any other would have led is told as text. */
const WEB_ADDRESS = /^(?:https?|mailto):/i;
/** What holds blocks; all else holds pieces of a line. */
const HOLDS_BLOCKS: ReadonlySet<string | undefined> = new Set([
  'root',
  'blockquote',
  'listItem',
  'footnoteDefinition',
]);

/** HTML inside of Markdown stays what it is, text, and so does what Markdown itself would not show. */
const handlers: NonNullable<Options['handlers']> = {
  html: (_state, { value }: { value: string }, parent) =>
    HOLDS_BLOCKS.has(parent?.type)
      ? { type: 'element', tagName: 'pre', properties: {}, children: [code(value)] }
      : code(value),
  definition: (_state, { label, url, title }: { label: string; url: string; title: string | null }) => ({
    type: 'element',
    tagName: 'p',
    properties: {},
    children: [code(`[${label}]: ${url}${title === null ? '' : ` "${title}"`}`)],
  }),
};

const processor = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkRehype, { handlers })
  .use(() => tell)
  .use(() => setLevels)
  // What is left is still held against the list of harmless elements.
  .use(rehypeSanitize);

/** Reads Markdown into elements that run and fetch nothing: pictures are named, links say where they lead. */
export function toTree(text: string): Root {
  // Before it is read, since Markdown forgets what it takes for nothing.
  return processor.runSync(processor.parse(toVisible(text.replaceAll('\r\n', '\n')))) as Root;
}

/** Says in words what an element would do, or would be to who cannot see it. */
function tell(tree: Root): void {
  visit(tree, 'element', (element) => {
    const { tagName, properties, children } = element;
    switch (tagName) {
      case 'a':
        if (isBlank(children)) children.push(text(String(properties['href'] ?? '')));
        if (!WEB_ADDRESS.test(String(properties['href'])))
          become(element, 'span', addressed(children, properties['href']));
        break;
      case 'img': {
        const { alt, src } = properties;
        become(element, 'code', [text(`picture${alt ? `: ${alt}` : ''} (${src || 'no address'})`)]);
        break;
      }
      case 'input':
        become(element, 'span', [text(properties['checked'] === true ? '☑' : '☐')]);
        break;
      case 'th':
        if (isBlank(children)) element.tagName = 'td';
        break;
    }
  });
}

/** The text is a part of a page, which has a heading of its own: its levels begin below that, and none is left out. */
function setLevels(tree: Root): void {
  const open: number[] = [];
  visit(tree, 'element', (element) => {
    const level = Number(/^h([1-6])$/.exec(element.tagName)?.[1]);
    if (Number.isNaN(level)) return;
    if (isBlank(element.children)) {
      element.tagName = 'p';
      return;
    }
    while ((open.at(-1) ?? 0) >= level) open.pop();
    open.push(level);
    element.tagName = `h${Math.min(open.length + 1, 6)}`;
  });
}

function become(element: Element, tagName: string, children: ElementContent[]): void {
  Object.assign(element, { tagName, properties: {}, children });
}

function addressed(children: ElementContent[], href: unknown): ElementContent[] {
  const address = String(href ?? '');
  // Places of the text itself, such as its footnotes, are none to go to.
  return address === '' || address.startsWith('#') ? children : [...children, text(' '), code(address)];
}

function isBlank(children: readonly ElementContent[]): boolean {
  return children.every((child) => {
    if (child.type === 'text') return child.value.trim() === '';
    return child.type !== 'element' || (child.tagName !== 'img' && isBlank(child.children));
  });
}

function code(value: string): Element {
  return { type: 'element', tagName: 'code', properties: {}, children: [text(value)] };
}

function text(value: string): ElementContent {
  return { type: 'text', value };
}
