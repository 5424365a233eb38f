import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { compressFiles } from './compress.ts';

test('texts that are worth it get copies that hold the same, also in folders', async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'stepledger-web-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  const long = 'const text = "Zoë 🐙";\n'.repeat(100);
  fs.mkdirSync(path.join(dir, 'assets'));
  for (const [name, text] of Object.entries({
    'assets/a.js': long,
    'b.css': 'a {}',
    'c.woff2': long,
    'index.html': long,
  })) {
    fs.writeFileSync(path.join(dir, name), text);
  }

  await compressFiles(dir);

  expect(fs.readdirSync(dir, { recursive: true }).sort()).toEqual(
    ['assets', 'assets/a.js', 'assets/a.js.br', 'assets/a.js.gz', 'b.css', 'c.woff2', 'index.html'].map(
      path.normalize,
    ),
  );
  const read = (ending: string) => fs.readFileSync(path.join(dir, `assets/a.js${ending}`));
  expect(brotliDecompressSync(read('.br')).toString()).toBe(long);
  expect(gunzipSync(read('.gz')).toString()).toBe(long);
});
