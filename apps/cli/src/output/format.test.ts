import { expect, test } from 'vitest';
import { formatAgo, formatBytes, formatCount, formatCountOf, formatDuration } from './format.ts';

test('sizes, durations and counts read as people write them', () => {
  expect([0, 812, 1024, 1234, 10_240, 1_048_575, 1_048_576, 16 * 2 ** 20].map(formatBytes)).toEqual([
    '0 B',
    '812 B',
    '1.0 KiB',
    '1.2 KiB',
    '10 KiB',
    '1,024 KiB',
    '1.0 MiB',
    '16 MiB',
  ]);
  expect(
    [0, 12, 1234, 59_900, 60_000, 200_000, 3_600_000, 7_500_000, 273_600_000].map(formatDuration),
  ).toEqual(['0 ms', '12 ms', '1.2 s', '60 s', '1 min', '3 min 20 s', '1 h', '2 h 5 min', '3 d 4 h']);
  expect(formatCount(1_234_567)).toBe('1,234,567');
  expect([formatCountOf(1, 'parse'), formatCountOf(2000, 'parse')]).toEqual(['1 parse', '2,000 parses']);
});

test('how long ago is told in the largest unit that fits', () => {
  const now = new Date('2026-11-27T12:00:00Z');
  const ago = (time: string) => formatAgo(time, now);
  expect(ago('2026-11-27T11:59:30Z')).toBe('just now');
  expect(ago('2026-11-27T12:00:30Z')).toBe('just now');
  expect(ago('2026-11-27T12:05:00Z')).toBe('in the future');
  expect(ago('2026-11-27T11:57:00Z')).toBe('3 minutes ago');
  expect(ago('2026-11-27T10:30:00Z')).toBe('1 hour ago');
  expect(ago('2026-11-20T12:00:00Z')).toBe('7 days ago');
  expect(ago('2026-08-20T12:00:00Z')).toBe('3 months ago');
  expect(ago('2020-08-20T12:00:00Z')).toBe('6 years ago');
});
