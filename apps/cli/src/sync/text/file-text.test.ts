import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeFile, type FileText, formatFile, hasOwnFront, parseFile } from './file-text.ts';

const ID = '0190a000-0000-7000-8000-0123456789ab';

function parse(content: string): FileText {
  const file = parseFile(Buffer.from(content));
  if ('refused' in file) throw new Error(file.refused);
  return file;
}

const refusal = (content: string | Buffer) => {
  const file = parseFile(Buffer.from(content));
  return 'refused' in file ? file.refused : null;
};

/** Texts that a UTF-8 file can hold, with what parsers of front matter stumble over. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '---',
        '---\n',
        '--- \n',
        '\r\n',
        '\n',
        '\ufeff',
        'id: 1\n',
        '...\n',
        '\u2028',
        '# x\n',
        '\t',
      ),
      fc.string({ unit: 'grapheme', maxLength: 10 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''))
  .filter((text) => text.isWellFormed() && !text.includes('\0'));
const attribute = fc.option(
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((text) => text.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(text)),
);

test('every text and every attribute comes back out of the file that holds it', () => {
  fc.assert(
    fc.property(text, attribute, attribute, attribute, (text, title, status, step) => {
      const values = { id: ID, version: 3, title, status, step };
      const back = parse(formatFile(changeFile(null, text, values)).toString());
      expect(back.text).toBe(text);
      expect(back.values).toEqual({
        id: ID,
        version: 3,
        title: title ?? undefined,
        status: status ?? undefined,
        step: step ?? undefined,
        conflict: undefined,
      });
      expect(hasOwnFront(back)).toBe(false);
    }),
  );
});

test('a file that is taken apart is the same bytes when it is joined', () => {
  fc.assert(
    fc.property(text, (content) => {
      const file = parseFile(Buffer.from(content));
      if ('refused' in file) expect(content).toMatch(/^\ufeff?---/);
      else expect(formatFile(file).toString()).toBe(content);
    }),
  );
});

test('new values change their lines and nothing else', () => {
  const before = `\ufeff---\r\n# mine\r\nid: ${ID}   # the document\r\nlist: [a,   b]\r\nversion: 1\r\ntitle:\r\nbig: 12345678901234567890\r\n---\r\ntext`;
  const after = formatFile(
    changeFile(parse(before), 'new', { id: ID, version: 12, title: 'a: b' }),
  ).toString();
  expect(after).toBe(
    `\ufeff---\r\n# mine\r\nid: ${ID}   # the document\r\nlist: [a,   b]\r\nversion: 12\r\ntitle: "a: b"\r\nbig: 12345678901234567890\r\n---\r\nnew`,
  );
  expect(hasOwnFront(parse(after))).toBe(true);
});

test('a plain number or truth value is the text that stands there', () => {
  expect(parse('---\ntitle: 1.10\nstatus: true\nstep: ~\n---\n').values).toMatchObject({
    title: '1.10',
    status: 'true',
    step: null,
  });
});

test('what cannot be read or kept safely is refused, and the reason says what to do', () => {
  expect(refusal(Buffer.from([0x61, 0xff]))).toBe('it is not UTF-8 text');
  expect(refusal('a\0b')).toMatch(/NUL/);
  expect(refusal('---\ntitle: [\n---\n')).toMatch(/not YAML/);
  expect(refusal('---\n\na rule, no front matter\n\n---\n')).toMatch(/write an empty one/);
  expect(refusal('---\nnever closed')).toMatch(/no second line/);
  expect(refusal('---\ntitle: [a]\n---\n')).toMatch(/`title`/);
  expect(refusal('---\nversion: 1.2\n---\n')).toMatch(/`version`/);
  expect(refusal('---\nid: 1\nid: 2\n---\n')).toMatch(/not YAML/);
  expect(() => changeFile(parse('---\n{a: 1}\n---\n'), '', { id: ID })).toThrow(/key: value/);
  expect(() => changeFile(parse('---\n  a: 1\n---\n'), '', { id: ID })).toThrow();
});

test('a text that begins like front matter stands behind front matter of the file', () => {
  const file = changeFile(null, '---\nid: x\n---\nbody', { id: ID, version: 1 });
  expect(formatFile(file).toString()).toBe(`---\nid: ${ID}\nversion: 1\n---\n---\nid: x\n---\nbody`);
});
