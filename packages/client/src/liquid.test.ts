import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LIQUID_LIMITS, liquid } from './liquid.ts';

const renderer = liquid();
const render = (template: string, variables: Record<string, string> = {}) =>
  renderer.render(template, variables);

test('any text arrives exactly as it was put in', () => {
  const unit = fc.constantFrom(
    'a',
    '{{',
    '}}',
    '{%',
    '<',
    '&',
    '"',
    '\r\n',
    '\0',
    '\ud800',
    '\udc00',
    '\ufeff',
    ' ',
  );
  fc.assert(
    fc.property(fc.string({ unit }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(render('<{{a}}|{{ b }}|{{ a }}>', { a, b })).toBe(`<${a}|${b}|${a}>`);
    }),
  );
});

test('conditions, loops and filters are those of Liquid', () => {
  expect(render('{% if a == "x" %}[{{ a | upcase }}]{% endif %}', { a: 'x' })).toBe('[X]');
  expect(
    render('{% assign parts = a | split: "," %}{% for p in parts %}<{{ p }}>{% endfor %}', { a: '1,2' }),
  ).toBe('<1><2>');
  expect(render('{% if a %}yes{% endif %}', { a: '' })).toBe('yes');
  expect(render("{{ 'literal' }}{% raw %}{{ a }}{% endraw %}")).toBe('literal{{ a }}');
});

test.each([
  '{{ a }}',
  '{% if a %}{% endif %}',
  '{{ constructor }}',
  '{{ __proto__ }}',
  '{{ b.constructor }}',
  '{{ toString }}',
])('%s is refused: nothing has this name, or it is inherited', (template) => {
  expect(() => render(template, { b: 'text' })).toThrow('undefined variable');
});

test.each([
  ['{{ "a" | shout }}', 'undefined filter: shout'],
  ['{% include "a" %}', 'tag "include" not found'],
  ['{% render "../a" %}', 'tag "render" not found'],
  ['{% layout "a" %}', 'tag "layout" not found'],
  ['{% block a %}{% endblock %}', 'tag "block" not found'],
  ['{% if %}', 'invalid value expression'],
  ['{{ a', 'not closed'],
])('%s is refused', (template, reason) => {
  expect(() => render(template)).toThrow(reason);
});

test('templates without end, and texts without end, are refused', () => {
  const { parseLimit } = LIQUID_LIMITS;
  expect(render('x'.repeat(parseLimit))).toHaveLength(parseLimit);
  expect(() => render('x'.repeat(parseLimit + 1))).toThrow('parse length limit exceeded');
  expect(() => render('{% for i in (1..99999999) %}x{% endfor %}')).toThrow('memory alloc limit exceeded');
  const a = 'x'.repeat(1_000_000);
  expect(() => render('{% for i in (1..9999) %}{{ a }}{% endfor %}', { a })).toThrow('Invalid string length');
  expect(() => render('{% if true %}'.repeat(9_000))).toThrow();
});

test('what one rendering took does not count against the next', () => {
  const template = '{% for i in (1..1000000) %}{% break %}{% endfor %}x';
  for (let turn = 0; turn < 40; turn += 1) expect(render(template)).toBe('x');
});
