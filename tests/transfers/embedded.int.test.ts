import { createEmbedded } from '@stepledger/embedded';
import { createTestDatabase, startTestServer } from '@stepledger/testing';
import { expect, test, vi } from 'vitest';
import { exported } from './support/files.ts';
import { emptyProject } from './support/projects.ts';
import { BYTES, writeSample } from './support/sample-run.ts';

vi.setConfig({ testTimeout: 60_000 });

test('all projects of a server go into a ledger without one, line by line, and out again', async () => {
  await using server = await startTestServer();
  await using database = await createTestDatabase();
  await using embedded = await createEmbedded({ databaseUrl: database.url });
  const project = await emptyProject(server);
  await writeSample(project, 'sample');
  const scope = { everything: true } as const;

  const report = await embedded.import(server.ledger.export(scope));

  expect(report.units.run).toMatchObject({ created: 2 });
  const file = await exported(embedded, scope);
  expect(file).toBe(await exported(server.ledger, scope));
  await using own = await createEmbedded({ databaseUrl: database.url, project: project.slug });
  const [exchange] = (await own.exchanges.list({ runId: (await own.runs.get({ key: 'sample' })).id })).items;
  expect(await own.blobs.get(exchange?.response?.id ?? '')).toEqual(BYTES);
});
