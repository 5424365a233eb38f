import { createStepledger } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { newUuidV7 } from '../procedures/support/ids.ts';
import { messages } from './support/life.ts';

test('an exchange is refused, and nothing stored, when a version that it uses is not there or of another project', async () => {
  await using server = await startTestServer();
  const { ledger } = server;
  await ledger.projects.create({ slug: 'elsewhere', name: 'Elsewhere' });
  const elsewhere = await createStepledger({ url: server.url, project: 'elsewhere' }).run({
    key: 'todo-app',
  });
  const foreign = await elsewhere.documents.put({ kind: 'requirement', text: 'Todos.' });
  const run = await ledger.run({ key: 'todo-app' });
  const own = await run.documents.put({ kind: 'requirement', text: 'Todos.' });
  const { revision } = await run.get();
  const unknown = [foreign.ref, { documentId: own.id, version: 2 }, { documentId: newUuidV7(), version: 1 }];

  for (const to of unknown) {
    const input = { runId: run.id, step: { name: 'design_step' }, messages, uses: [own.ref, to] };
    const refusal = {
      code: 'NOT_FOUND',
      details: { type: 'document version', id: `${to.documentId}@${to.version}` },
    };
    await expect(ledger.exchanges.open(input)).rejects.toMatchObject(refusal);
    await expect(ledger.exchanges.record({ ...input, response: 'answer' })).rejects.toMatchObject(refusal);
  }

  expect((await run.get()).revision).toBe(revision);
  expect(await run.exchanges.list()).toEqual([]);
  const deleted = await run.documents.put({ kind: 'note', text: 'gone' });
  await deleted.delete();
  const uses = [own.ref, deleted.ref];
  const { exchangeId } = await ledger.exchanges.open({
    runId: run.id,
    step: { name: 'design_step' },
    messages,
    uses,
  });
  expect((await run.exchanges.get(exchangeId)).uses).toEqual(uses);
});
