import fc from 'fast-check';
import mustache from 'mustache';
import { expect, test } from 'vitest';
import { fillTemplate, parseTemplate, TemplateError } from './mustache.ts';

function render(source: string, variables: Record<string, string>): string {
  return [...fillTemplate(parseTemplate(source), variables)].join('');
}

function renderByLibrary(source: string, variables: Record<string, string>): string {
  return new mustache.Writer().render(source, variables, undefined, { escape: String });
}

/** Runs of what templates are made of: far more of them are whole templates than of arbitrary strings. */
const template = fc
  .array(
    fc.oneof(
      fc.constantFrom('{{a}}', '{{{b}}}', '{{& a }}', '{{#a}}', '{{/a}}', '{{^b}}', '{{/b}}', '{{! no }}'),
      fc.constantFrom(
        '{{> part}}',
        '{{=<% %>=}}',
        '<%a%>',
        '<%={{ }}=%>',
        '<%#b%>',
        '<%/b%>',
        '{{=| |=}}',
        '|a|',
      ),
      fc.constantFrom(
        ' ',
        '\n',
        '\r\n',
        '\t',
        'text',
        '{',
        '}',
        '{{',
        '}}',
        '=',
        '\u00a0',
        '\ufeff',
        '\ud800',
        '\0',
      ),
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''));
const value = fc.oneof(
  fc.constant(''),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('{{a}}', '<&>', '\ud800'),
);
const variables = fc.record({ a: value, b: value }, { requiredKeys: [] });

test('a template renders as the mustache package renders it', () => {
  let rendered = 0;
  fc.assert(
    fc.property(template, variables, (source, values) => {
      const expected = attempt(() => renderByLibrary(source, values));
      const actual = attempt(() => render(source, values));
      if (expected !== null) rendered += 1;
      expect(actual).toEqual(expected);
    }),
    { numRuns: 5000 },
  );
  expect(rendered).toBeGreaterThan(500);
});

function attempt(work: () => string): string | null {
  try {
    return work();
  } catch {
    return null;
  }
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
    expect(() => parseTemplate(source)).toThrow(TemplateError);
  },
);

test.each([
  ['blanks in a tag that is not closed', `{{a${' '.repeat(2_000_000)}`],
  ['tags under other delimiters', `{{=| |=}}${'|a|'.repeat(700_000)}`],
  ['lines', '{{a}}\n'.repeat(300_000)],
  ['open sections', '{{#a}}'.repeat(300_000)],
  ['nested sections', '{{#a}}'.repeat(150_000) + '{{.}}'.repeat(100_000) + '{{/a}}'.repeat(150_000)],
])('2 MB of %s take no more than linear time', (_, source) => {
  const begun = performance.now();
  attempt(() => render(source, { a: 'x' }));
  // Quadratic ones take minutes; the machine that runs this may be a slow one.
  expect(performance.now() - begun).toBeLessThan(5000);
});
