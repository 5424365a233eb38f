import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKeyText, hashKeyText, isKeyText } from './key-text.ts';
import { seal, unseal } from './sealed.ts';

const slug = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/);

test('a made key is a key, whatever its project', () => {
  fc.assert(
    fc.property(fc.option(slug), (project) => {
      expect(isKeyText(createKeyText(project))).toBe(true);
    }),
  );
});

test('a key of the instance cannot be taken for one of a project', () => {
  expect(createKeyText(null)).toMatch(/^sli_[0-9A-Za-z]{49}$/);
  expect(createKeyText('instance')).toMatch(/^sl_instance_[0-9A-Za-z]{49}$/);
});

test('a key with one character changed, left out or doubled is none', () => {
  const key = createKeyText('first');
  for (let at = 0; at < key.length; at++) {
    const [before, character, after] = [key.slice(0, at), key.charAt(at), key.slice(at + 1)];
    expect(isKeyText(`${before}${character === 'x' ? 'y' : 'x'}${after}`), `changed at ${at}`).toBe(false);
    expect(isKeyText(`${before}${after}`), `left out at ${at}`).toBe(false);
    expect(isKeyText(`${before}${character}${character}${after}`), `doubled at ${at}`).toBe(false);
  }
});

test('no two keys are the same', () => {
  const keys = Array.from({ length: 1000 }, () => createKeyText('first'));
  expect(new Set(keys.map((key) => hashKeyText(key).toString('hex'))).size).toBe(keys.length);
});

test('what is sealed is opened by the same idempotency key and by no other', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'grapheme', minLength: 1 }), (text, key) => {
      expect(unseal(seal(text, key), key)).toBe(text);
      expect(() => unseal(seal(text, key), `${key}x`)).toThrow();
    }),
    { numRuns: 50 },
  );
  expect(seal('text', 'key')).not.toBe(seal('text', 'key'));
});
