import { startTestServer } from '@stepledger/testing';
import { expect, test, vi } from 'vitest';
import { follow, take } from '../live/support/follow.ts';
import { foundBy } from '../search/support/found.ts';
import { exported } from './support/files.ts';
import { emptyProject } from './support/projects.ts';

vi.setConfig({ testTimeout: 60_000 });

test('what is imported is no news to those who follow the project, and what is written to it then is', async () => {
  await using server = await startTestServer();
  const source = await emptyProject(server);
  const { id: runId } = await source.run({ key: 'imported' });
  await source.documents.put({ runId, kind: 'design', text: 'v1' });
  const target = await emptyProject(server);
  const { id: own } = await target.run({ key: 'own' });
  await using before = follow(target.entries.subscribe({}));
  const [last] = await take(before, 1);
  await using now = follow(target.entries.subscribe({ lastEventId: last?.cursor ?? '' }));

  await target.import([await exported(source)]);
  await target.documents.put({ runId, kind: 'design', text: 'v2' });

  expect(await take(now, 1)).toMatchObject([{ runId, revision: 3 }]);
  await using start = follow(target.entries.subscribe({}));
  const all = await take(start, 4);
  expect(all.map((entry) => `${entry.runId === own ? 'own' : 'imported'} ${entry.revision}`)).toEqual([
    'imported 1',
    'imported 2',
    'own 1',
    'imported 3',
  ]);
  await using run = follow(target.entries.subscribe({ runId }));
  expect((await take(run, 3)).map(({ revision }) => revision)).toEqual([1, 2, 3]);
});

test('imported texts are found by the search', async () => {
  await using server = await startTestServer();
  const source = await emptyProject(server);
  const { id: runId } = await source.run({ key: 'imported' });
  const messages = [{ role: 'user', content: 'Ask the wombat' }];
  await source.exchanges.record({
    runId,
    step: { name: 'design_step' },
    messages,
    response: 'The wombat answers',
    documents: [{ kind: 'design', text: 'A design by the wombat' }],
  });
  await source.prompts.put({ name: 'animal', template: 'Be a wombat' });
  const target = await emptyProject(server);

  await target.import([await exported(source)]);

  const types = async () => (await foundBy(target.search('wombat'))).sort();
  await expect.poll(types, { timeout: 30_000 }).toEqual(['design@1', 'message', 'prompt', 'response']);
  expect(await target.search.verify({}).all()).toEqual([]);
});

test('all projects go into one file, each with its name', async () => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  for (const slug of ['zoo', 'aquarium']) {
    await source.ledger.projects.create({ slug, name: `The ${slug}` });
  }
  await source.ledger.projects.update({ slug: 'default', name: 'The first' });
  await source.ledger.run({ key: 'in the default project' });
  const other = await emptyProject(source);
  const run = await other.run({ key: 'in another one' });
  await run.step('a').documents.put({ kind: 'design', text: 'v1' });
  const file = await exported(source.ledger, { everything: true });

  await target.ledger.import([file]);

  expect(await exported(target.ledger, { everything: true })).toBe(file);
  expect((await target.ledger.projects.get({ slug: 'default' })).name).toBe('The first');
});
