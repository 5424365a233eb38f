import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fingerprintSources } from './fingerprint.ts';

/** A checkout with a file in each place that is read. */
function temporaryCheckout() {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'stepledger-web-'));
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  };
  for (const file of [
    'apps/web/src/main.tsx',
    'apps/web/src/app.tsx',
    'packages/client/src/index.ts',
    'packages/contract/src/index.ts',
    'scripts/web/build.ts',
    'pnpm-lock.yaml',
  ]) {
    write(file, file);
  }
  return { root, write };
}

test.each([
  'apps/web/src/main.tsx',
  'apps/web/vite.config.ts',
  'packages/client/src/deep/new.ts',
  'packages/contract/src/index.ts',
  'pnpm-lock.yaml',
])('a build is no longer of its sources when %s changes', (file) => {
  const { root, write } = temporaryCheckout();
  const before = fingerprintSources(root);
  write(file, 'changed');
  expect(fingerprintSources(root)).not.toBe(before);
});

test('a file that is lost is noticed, a time is not', () => {
  const { root } = temporaryCheckout();
  const before = fingerprintSources(root);
  fs.utimesSync(path.join(root, 'apps/web/src/app.tsx'), 0, 0);
  expect(fingerprintSources(root)).toBe(before);
  fs.rmSync(path.join(root, 'apps/web/src/app.tsx'));
  expect(fingerprintSources(root)).not.toBe(before);
});

test('what is built, installed or a test is no source', () => {
  const { root, write } = temporaryCheckout();
  const before = fingerprintSources(root);
  for (const file of [
    'dist/index.html',
    'node_modules/react/index.js',
    'src/app.test.ts',
    'src/x.test.tsx',
  ]) {
    write(`apps/web/${file}`, 'new');
  }
  expect(fingerprintSources(root)).toBe(before);
});
