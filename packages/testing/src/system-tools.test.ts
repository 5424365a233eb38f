import { expect, test } from 'vitest';
import { requireTool } from './system-tools.ts';

test('a program that is there is found, and one that is not is asked for', async () => {
  expect(await requireTool({ name: 'sh', aptPackage: 'dash' })).toMatch(/\/sh$/);
  const missing = { name: 'no-such-program; echo /bin/found', aptPackage: 'some-package' };
  await expect(requireTool(missing, { mayInstall: false })).rejects.toThrow('apt-get install some-package');
});
