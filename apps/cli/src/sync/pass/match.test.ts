import { expect, test } from 'vitest';
import type { KnownFiles } from '../files/known-files.ts';
import { createPlainLayout } from '../layouts/plain.ts';
import type { Head } from '../ledger/run-documents.ts';
import { matchSides } from './match.ts';

const id = (number: number) => `0190a000-0000-7000-8000-00000000000${number}`;

function head(number: number, key: string, more: Partial<Head> = {}): Head {
  const attributes = { title: null, status: null, step: null };
  const one = {
    id: id(number),
    kind: 'design',
    key,
    version: 3,
    deleted: false,
    purged: false,
    sha256: null,
  };
  return { ...one, attributes, ...more };
}

const file = (path: string, content: string) => ({ path, content: Buffer.from(content) });
const named = (path: string, number: number, version = 3) =>
  file(path, `---\nid: ${id(number)}\nversion: ${version}\n---\ntext`);

/** Each pair as `path <- document`, and each file or document that is left as `path: why`. */
function match(files: ReturnType<typeof file>[], heads: Head[], known: KnownFiles = new Map()) {
  const { pairs, left } = matchSides({ files, heads, known, layout: createPlainLayout() });
  return {
    pairs: pairs.map(({ path, local, head, name }) => {
      return `${path}${local ? '' : ' (no file)'} <- ${head ? name.key : `new ${name.kind}/${name.key}`}`;
    }),
    left: left.map(({ action, path, key, reason }) => `${action} ${path ?? key}: ${reason}`),
  };
}

test('the id says which document a file is, wherever it stands', () => {
  expect(match([named('elsewhere/x.md', 1)], [head(1, 'login')])).toEqual({
    pairs: ['elsewhere/x.md <- login'],
    left: [],
  });
});

test('of two files with one id the one at its place is the document', () => {
  const files = [named('copy.md', 1), named('design/login.md', 1)];
  const { pairs, left } = match(files, [head(1, 'login')]);
  expect(pairs).toEqual(['design/login.md <- login']);
  expect(left).toEqual([
    'refused copy.md: it names the same document as design/login.md; take `id` and `version` out to make it a document of its own',
  ]);
});

test('of two files with one id where neither is at its place, nobody guesses', () => {
  const { pairs, left } = match([named('a.md', 1), named('b.md', 1)], [head(1, 'login')]);
  expect(pairs).toEqual([]);
  expect(left).toHaveLength(2);
});

test('a new file is the document of its path, unless another file is that already', () => {
  expect(match([file('design/login.md', 'x')], [head(1, 'login')]).pairs).toEqual([
    'design/login.md <- login',
  ]);
  expect(match([file('design/new.md', 'x')], [])).toEqual({
    pairs: ['design/new.md <- new design/new'],
    left: [],
  });
  expect(match([file('design/login.md', 'x'), named('moved.md', 1)], [head(1, 'login')])).toEqual({
    pairs: ['moved.md <- login'],
    left: ['refused design/login.md: it would be design/login, which moved.md is already'],
  });
  // The path of a document may be written in two ways.
  expect(match([file('design/%6Cogin.md', 'x'), file('design/login.md', 'y')], []).left).toEqual([
    'refused design/login.md: it would be design/login, which design/%6Cogin.md is already',
  ]);
});

test('a file that lost its front matter is what it was when it was last synced', () => {
  const known: KnownFiles = new Map([[id(1), { path: 'moved.md', version: 2 }]]);
  const { pairs } = matchSides({
    files: [file('moved.md', 'text')],
    heads: [head(1, 'login')],
    known,
    layout: createPlainLayout(),
  });
  expect(pairs).toMatchObject([{ path: 'moved.md', local: { names: { id: id(1), version: 2 } }, known: 2 }]);
});

test('a file of another run, and one that is ahead of the run, are left alone', () => {
  expect(match([named('a.md', 7), named('b.md', 1, 4)], [head(1, 'login')])).toEqual({
    pairs: [],
    left: [
      'refused a.md: it names a document that this run does not have',
      'refused b.md: it names version 4, and the newest in the run is 3',
    ],
  });
});

test('a document whose file cannot be read is not written beside it', () => {
  const broken = file('design/login.md', '---\n<<<<<<< HEAD\nid: x\n---\n');
  const { pairs, left } = match([broken], [head(1, 'login')]);
  expect(pairs).toEqual([]);
  expect(left).toHaveLength(1);
});

test('documents without a file get a place of their own', () => {
  const heads = [
    head(1, 'Login'),
    head(2, 'login'),
    head(3, 'x'.repeat(201)),
    head(4, 'gone', { deleted: true }),
  ];
  expect(match([], heads)).toEqual({
    pairs: ['design/Login.md (no file) <- Login', 'design/login~00000002.md (no file) <- login'],
    left: [`no-place ${'x'.repeat(201)}: the layout plain has no place for it`],
  });
});

test('a path that makes no name is refused', () => {
  expect(match([file(`a/${'x/'.repeat(120)}y.md`, '')], []).left[0]).toMatch(
    /^refused a\/x.*its path makes a key/,
  );
});
