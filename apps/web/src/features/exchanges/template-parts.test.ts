import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toTemplateParts } from './template-parts.ts';

test('the parts together are the template', () => {
  const template = fc
    .array(fc.constantFrom('{{', '}}', '{{{', '{%', '%}', 'name', ' ', '\n', '#', '😀'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(template, (text) => {
      const parts = toTemplateParts(text, 'mustache');
      expect(parts.map((part) => part.text).join('')).toBe(text);
      expect(parts.map(({ at }) => at)).toEqual([...new Set(parts.map(({ at }) => at))]);
    }),
  );
});

test('places of variables are found in mustache and Liquid, and none in a literal text', () => {
  const variables = (text: string, syntax: string) =>
    toTemplateParts(text, syntax).flatMap(({ variable }) => variable ?? []);
  expect(variables('Do {{ goal }} and {{{raw}}}{{#items}}', 'mustache')).toEqual(['goal', 'raw', 'items']);
  expect(variables('{{ a | upcase }}{% if b %}', 'liquid')).toEqual(['a', 'if']);
  expect(variables('{{ goal }}', 'literal')).toEqual([]);
});

test('three braces belong to their variable', () => {
  expect(toTemplateParts('The {{{idea}}}.', 'mustache').map(({ text }) => text)).toEqual([
    'The ',
    '{{{idea}}}',
    '.',
  ]);
});

test('a template made to be slow comes to an end', () => {
  for (const brace of ['{{', '{%', '{{{']) {
    const text = brace.repeat(200_000);
    expect(
      toTemplateParts(text, 'mustache')
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  }
});
