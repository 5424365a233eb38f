import { expect, test } from 'vitest';
import { satisfies } from './versions.mjs';

const node = '^22.18.0 || ^24.11.0 || >=26';

test.each(['v22.18.0', '22.99.1', 'v24.11.0', '24.21.0\n', 'v26.0.0', '31.2.0', 'v27.0.0-nightly'])(
  'Node %j will do',
  (version) => expect(satisfies(version, node)).toBe(true),
);

test.each(['v18.20.0', 'v20.20.2', 'v22.17.9', 'v23.11.0', 'v24.10.9', 'v25.1.0', '', 'not a version'])(
  'Node %j will not do',
  (version) => expect(satisfies(version, node)).toBe(false),
);

test('a caret holds the major version', () => {
  expect(satisfies('12.21.0', '^12.0.0')).toBe(true);
  expect(satisfies('13.0.0', '^12.0.0')).toBe(false);
});

test('a range that it does not know is an error, not a no', () => {
  expect(() => satisfies('1.0.0', '~1.0')).toThrow('Unknown version range: ~1.0');
});
