import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mustacheRenderer } from './mustache.ts';
import { type Rendered, TemplateError } from './renderer.ts';

const MAX_LENGTH = 1_000_000;

function rendered(source: string, variables: Record<string, string>, maxLength = MAX_LENGTH): Rendered {
  return mustacheRenderer.render(source, { variables, maxLength });
}

function render(source: string, variables: Record<string, string>, maxLength = MAX_LENGTH): string | null {
  const made = rendered(source, variables, maxLength);
  if (made === 'too long') return null;
  if ('missing' in made) throw new Error(`Missing are ${made.missing.join(', ')}`);
  return made.text;
}

test('any text arrives exactly as it was put in', () => {
  const unit = fc.constantFrom(
    'a',
    '{{',
    '}}',
    '<',
    '&',
    '"',
    '\r\n',
    '\n',
    '\0',
    '\ud800',
    '\udc00',
    '\ufeff',
    ' ',
  );
  fc.assert(
    fc.property(fc.string({ unit }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(render('<{{a}}|{{{b}}}|{{&a}}>', { a, b })).toBe(`<${a}|${b}|${a}>`);
    }),
  );
});

test('a text without tags is its own rendering', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(!text.includes('{{'));
      expect(render(text, {})).toBe(text);
    }),
  );
});

test('names are looked up whole: dots are part of them and nothing is inherited', () => {
  expect(render('{{a.b}}', { 'a.b': 'dotted' })).toBe('dotted');
  const inherited = ['constructor', '__proto__', 'toString', 'a.length'];
  expect(rendered(inherited.map((name) => `{{${name}}}`).join(''), { a: 'x' })).toEqual({
    missing: inherited,
  });
  expect(render('{{my name}}', { 'my name': 'spaced' })).toBe('spaced');
});

test('a section is shown once when its text is not empty, and `.` is its text', () => {
  expect(render('{{#a}}<{{.}}>{{/a}}{{^a}}none{{/a}}', { a: 'x' })).toBe('<x>');
  expect(render('{{#a}}<{{.}}>{{/a}}{{^a}}none{{/a}}', { a: '' })).toBe('none');
  expect(render('{{#a}}{{^b}}<{{.}}>{{/b}}{{/a}}', { a: 'x' })).toBe('<x>');
});

test('a variable that is shown and missing is named, once; a section may ask for one that is missing', () => {
  expect(rendered('{{a}} {{{b}}} {{&c}} {{ d }} {{a}}', { d: '' })).toEqual({ missing: ['a', 'b', 'c'] });
  expect(render('{{#a}}shown{{/a}}{{^a}}not{{/a}}', {})).toBe('not');
  // Only what is shown is needed, wherever it stands.
  expect(render('{{#a}}{{b}}{{/a}}ok', { a: '' })).toBe('ok');
  expect(rendered('{{#a}}{{b}}{{^c}}{{{d}}}{{/c}}{{/a}}', { a: 'x' })).toEqual({ missing: ['b', 'd'] });
  expect(rendered('{{.}}', { a: 'x' })).toEqual({ missing: ['.'] });
  expect(render('{{! a comment }}{{> part}}', {})).toBe('');
  // A text that would be too long does not hide it.
  expect(rendered('{{a}}{{b}}', { a: 'long' }, 1)).toEqual({ missing: ['b'] });
});

test.each(['{{a', '{{#a}}', '{{/a}}', '{{#a}}{{/b}}', '{{{a}}', '{{=<%=}}', '{{#a}}{{#b}}{{/a}}{{/b}}'])(
  'the malformed template %s is refused',
  (source) => {
    expect(() => render(source, { a: 'x' })).toThrow(TemplateError);
  },
);

test('a text that would be too long is not made', () => {
  const long = 'x'.repeat(1000);
  expect(render('{{a}}'.repeat(10), { a: long }, 10_000)).toBe(long.repeat(10));
  expect(render('{{a}}'.repeat(10), { a: long }, 9_999)).toBeNull();
  expect(render('{{#b}}{{a}}{{/b}}ok', { a: long }, 10)).toBe('ok');
  expect(render('{{#a}}{{.}}{{/a}}', { a: long }, 10)).toBeNull();
});

test.each([
  ['a long run of blanks', `{{a${' '.repeat(100_000)}`],
  ['sections too deep for the stack', `${'{{#a}}'.repeat(5000)}${'{{/a}}'.repeat(5000)}`],
  ['inverted sections too deep for the stack', `${'{{^b}}'.repeat(5000)}${'{{/b}}'.repeat(5000)}`],
])('%s is refused rather than worked on', (_, source) => {
  expect(() => render(source, { a: 'x' })).toThrow(TemplateError);
});

test('partials are empty and values are no templates', () => {
  expect(render('[{{> part}}]', { part: 'x' })).toBe('[]');
  expect(render('{{a}}', { a: '{{b}}', b: 'no' })).toBe('{{b}}');
});
