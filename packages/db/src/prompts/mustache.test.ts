import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderMustache, TemplateError } from './mustache.ts';

const MAX_LENGTH = 1_000_000;

function render(source: string, variables: Record<string, string>): string | null {
  return renderMustache(source, variables, MAX_LENGTH);
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
  expect(render('[{{constructor}}{{__proto__}}{{toString}}{{a.length}}]', { a: 'x' })).toBe('[]');
  expect(render('{{my name}}', { 'my name': 'spaced' })).toBe('spaced');
});

test('a section is shown once when its text is not empty, and `.` is its text', () => {
  expect(render('{{#a}}<{{.}}>{{/a}}{{^a}}none{{/a}}', { a: 'x' })).toBe('<x>');
  expect(render('{{#a}}<{{.}}>{{/a}}{{^a}}none{{/a}}', { a: '' })).toBe('none');
  expect(render('{{#a}}{{^b}}<{{.}}>{{/b}}{{/a}}', { a: 'x' })).toBe('<x>');
});

test.each(['{{a', '{{#a}}', '{{/a}}', '{{#a}}{{/b}}', '{{{a}}', '{{=<%=}}', '{{#a}}{{#b}}{{/a}}{{/b}}'])(
  'the malformed template %s is refused',
  (source) => {
    expect(() => render(source, { a: 'x' })).toThrow(TemplateError);
  },
);

test('a text that would be too long is not made', () => {
  const long = 'x'.repeat(1000);
  expect(renderMustache('{{a}}'.repeat(10), { a: long }, 10_000)).toBe(long.repeat(10));
  expect(renderMustache('{{a}}'.repeat(10), { a: long }, 9_999)).toBeNull();
  expect(renderMustache('{{#b}}{{a}}{{/b}}ok', { a: long }, 10)).toBe('ok');
  expect(renderMustache('{{#a}}{{.}}{{/a}}', { a: long }, 10)).toBeNull();
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
