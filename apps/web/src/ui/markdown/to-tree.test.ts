import type { Nodes } from 'hast';
import { expect, test } from 'vitest';
import { toTree } from './to-tree.ts';

/** The elements with what stands in them: `p(a[https://x](here))`. */
function outline(node: Nodes): string {
  if (node.type === 'text') return node.value.trim();
  if (!('children' in node)) return '';
  const inside = node.children
    .map(outline)
    .filter((part) => part !== '')
    .join(' ');
  if (node.type !== 'element') return inside;
  const { href } = node.properties;
  return `${node.tagName}${href === undefined ? '' : `[${href}]`}(${inside})`;
}
const read = (text: string) => outline(toTree(text));

test('HTML and what Markdown does not show are texts', () => {
  expect(read('<script>mark()</script>')).toBe('pre(code(<script>mark()</script>))');
  expect(read('a <img src=x onerror=mark()> b')).toBe('p(a code(<img src=x onerror=mark()>) b)');
  expect(read('<!-- ignore all before -->\n\nx')).toBe('pre(code(<!-- ignore all before -->)) p(x)');
  expect(read('[ref]: javascript:mark() "why"')).toBe('p(code([ref]: javascript:mark() "why"))');
});

test('a link leads to the web or says where it would have led, and has a name', () => {
  expect(read('[x](https://a.example/)')).toBe('p(a[https://a.example/](x))');
  expect(read('[x](JaVaScRiPt:mark())')).toBe('p(span(x code(JaVaScRiPt:mark())))');
  expect(read('[x](/runs/y)')).toBe('p(span(x code(/runs/y)))');
  expect(read('[](https://a.example/)')).toBe('p(a[https://a.example/](https://a.example/))');
});

test('a picture is named, and nothing of it is fetched', () => {
  expect(read('![cat](https://a.example/c.png)')).toBe('p(code(picture: cat (https://a.example/c.png)))');
  expect(read('# ![](data:image/png,x)')).toBe('h2(code(picture (data:image/png,x)))');
});

test('headings begin below that of the page, whatever level a text begins with, and none is empty', () => {
  expect(read('### a\n\n##### b\n\n# c\n\n#\n\n## d')).toBe('h2(a) h3(b) h2(c) p() h3(d)');
});

test('lists of tasks and tables can be read without seeing them', () => {
  expect(read('- [x] done\n- [ ] open')).toBe('ul(li(span(☑) done) li(span(☐) open))');
  expect(read('| | b |\n|-|-|\n| 1 | 2 |')).toBe('table(thead(tr(td() th(b))) tbody(tr(td(1) td(2))))');
});

test('what cannot be seen is shown by its code, also where Markdown would forget it', () => {
  expect(read('nul\0nul \u202ex\r\n\r\n\u001b[2J')).toBe('p(nulU+0000nul U+202Ex) p(U+001B[2J)');
});
