import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toMarkdown } from './support/pairs-table.ts';

test('the guide shows every pair that is tested, and no other', async () => {
  const guide = await readFile(join(import.meta.dirname, '../../docs/search.md'), 'utf8');
  expect(guide.slice(guide.indexOf('### Words')).trim()).toBe(toMarkdown());
});
