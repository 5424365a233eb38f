import { startTestServer } from '@stepledger/testing';
import { expect, test, vi } from 'vitest';
import { openTables } from '../ledger/support/database.ts';
import { exported } from './support/files.ts';
import { LARGE, writeSample } from './support/sample-run.ts';
import { readTables } from './support/whole-tables.ts';

vi.setConfig({ testTimeout: 120_000 });

test('an import brings every row of every table with every column, but for what the format leaves out', async () => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  await using told = await openTables(source.databaseUrl);
  await using taken = await openTables(target.databaseUrl);
  const { ledger } = source;
  const { runId } = await writeSample(ledger, 'sample', { requirement: LARGE });
  const run = await ledger.run({ key: 'sample' });
  const [requirement, design] = await run.documents.list();
  if (!requirement || !design) throw new Error('The sample has documents');
  const input = { documentId: requirement.id, version: 1 };
  const from = { documentId: design.id, version: design.version };
  await ledger.links.add({ from, relation: 'used', to: input });
  await ledger.documents.update({ documentId: requirement.id, text: `${LARGE}more` });
  await ledger.links.accept({ documentId: design.id, version: design.version, inputs: [input] });
  await ledger.links.remove({ from, relation: 'used', to: input });
  await run.documents.put({ kind: 'subtask', text: 'Build it', status: 'todo' });
  await ledger.documents.claim({ runId, kind: 'subtask', holder: 'an agent' });
  const context = await run.context({ kinds: ['design'], budget: 500, tokenizer: { model: 'gpt-5' } });
  await run.step('build').execute({
    prompt: context.text,
    context,
    call: async () => 'an answer',
    parse: (text) => [{ kind: 'code', text }],
  });
  await ledger.prompts.put({ name: 'gone', template: 'x' });
  await ledger.prompts.delete({ name: 'gone' });
  await run.fork({ key: 'a late fork' });
  const file = await exported(ledger);

  await target.ledger.import([file]);

  const [here, there] = [await readTables(taken), await readTables(told)];
  expect(here).toEqual(there);
  const empty = Object.keys(there).filter((name) => there[name]?.length === 0);
  expect(empty).toEqual([]);
  expect(await exported(target.ledger)).toBe(file);
});
