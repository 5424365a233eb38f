import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fingerprint } from './packages.mjs';

function temporaryWorkspace() {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'stepledger-packages-'));
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  };
  write('pnpm-lock.yaml', 'lock');
  write('pnpm-workspace.yaml', 'packages');
  write('package.json', '{}');
  write('packages/db/package.json', '{}');
  return { root, write };
}

test.each([
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'package.json',
  'packages/db/package.json',
  'tests/package.json',
])('a change of %s asks for an install', (file) => {
  const { root, write } = temporaryWorkspace();
  const before = fingerprint(root);
  write(file, 'changed');
  expect(fingerprint(root)).not.toBe(before);
});

test.each(['packages/db/src/index.ts', 'node_modules/x/package.json', '.toolchain/x/package.json'])(
  'a change of %s does not',
  (file) => {
    const { root, write } = temporaryWorkspace();
    const before = fingerprint(root);
    write(file, 'changed');
    expect(fingerprint(root)).toBe(before);
  },
);
