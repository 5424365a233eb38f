import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestServer, type TestServer } from '@stepledger/testing';
import { syncFolder } from 'stepledger/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SyncWorld } from './support/sync-world.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test('an editor that had a new file open before the first sync takes out nothing that agents wrote since', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'stepledger-sync-'));
  try {
    const run = await server.ledger.run({ key: 'open' });
    const world = new SyncWorld(root, server.ledger, run);
    const sync = () => syncFolder(world.input());
    const file = path.join(root, 'design.md');
    await writeFile(file, 'mine\nand more\n');
    await sync();
    const design = await run.documents.get('design');
    await design.update("mine\nand more\nan agent's\n");
    await sync();
    expect(await readFile(file, 'utf8')).toContain("an agent's\n");

    // What is saved has no front matter, as the file had none when it was opened.
    await writeFile(file, 'mine, edited\nand more\n');
    await sync();
    expect((await design.reload()).text).toBe("mine, edited\nand more\nan agent's\n");
    expect(await readFile(file, 'utf8')).toContain("mine, edited\nand more\nan agent's\n");

    // Once more: what it was made from is in no version by now, so that a person is asked, with both sides at hand.
    await writeFile(file, 'mine, edited\nand more, edited\n');
    expect(await sync()).toMatchObject([{ action: 'conflict' }]);
    expect((await design.reload()).text).toBe("mine, edited\nand more\nan agent's\n");
    const asked = await readFile(file, 'utf8');
    for (const line of ['and more, edited\n', "an agent's\n"]) expect(asked).toContain(line);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
