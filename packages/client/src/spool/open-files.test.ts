import { renameSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { call, createMachine, deliverAll, namesIn, realFiles, temporaryDirectory } from '../../test/spool.ts';
import type { SpoolFile, SpoolFiles } from './file-access.ts';

/** The disk, and how many files are open on it. */
function createCountedFiles() {
  const real = realFiles();
  const open = new Set<SpoolFile>();
  const counted = (file: SpoolFile): SpoolFile => {
    open.add(file);
    return {
      ...file,
      async close() {
        await file.close();
        open.delete(file);
      },
    };
  };
  const files: SpoolFiles = {
    ...real,
    create: async (name) => counted(await real.create(name)),
    async open(name) {
      const file = await real.open(name);
      return file && counted(file);
    },
  };
  return { files, open };
}

// Nobody closes the spool of an agent, and Node will not forgive an open file that is garbage.
test('a spool of which nothing waits has no file open, also after refusals', async () => {
  const { files, open } = createCountedFiles();
  const spool = createMachine(temporaryDirectory()).open({ pid: 1, files });
  await spool.append(call(1));
  await spool.append(call(2));
  expect(open.size).toBe(1);

  let refusals = 1;
  await spool.deliver(async () => {
    if (refusals-- > 0) throw new Error('refused');
    return 'delivered';
  });

  expect(open.size).toBe(0);
});

test('a spool whose file another process has taken has no file open, and goes on', async () => {
  const directory = temporaryDirectory();
  const { files, open } = createCountedFiles();
  const spool = createMachine(directory).open({ pid: 1, files });
  await spool.append(call(1));
  const [name = ''] = namesIn(directory);
  renameSync(path.join(directory, name), path.join(directory, 'taken'));

  expect((await deliverAll(spool)).sent).toEqual([]);
  expect(open.size).toBe(0);
  await spool.append(call(2));

  expect((await deliverAll(spool)).sent).toEqual([call(2)]);
});
