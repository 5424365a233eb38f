import path from 'node:path';
import { loadRecordedRuns } from '@stepledger/example-recorded-runs';
import { findRecordedData } from '@stepledger/testing';
import { findAxeViolations, setUpWeb } from '@stepledger/testing/browser';
import { beforeAll, expect, test } from 'vitest';

/** What real agents did where it lies beside the checkout, else the sample of our own. */
const RECORDED =
  findRecordedData() ?? path.resolve(import.meta.dirname, '../../examples/recorded-runs/sample');

const web = setUpWeb();

beforeAll(async () => {
  await loadRecordedRuns(web.ledger, RECORDED);
});

/** Pages of what was recorded: those that the ledger names first, of each kind. */
async function pagesOfRecorded(): Promise<string[]> {
  const { ledger } = web;
  const { items: exchanges } = await ledger.exchanges.list({ limit: 1 });
  const [exchange] = exchanges;
  const runId = exchange?.runId ?? '';
  const [run, documents, prompts, runs] = await Promise.all([
    ledger.runs.get({ runId }),
    ledger.documents.list({ runId, limit: 1, withText: false }),
    ledger.prompts.list({ limit: 1 }),
    ledger.runs.list({ limit: 2 }),
  ]);
  const [first, second] = runs.items.map(({ key }) => encodeURIComponent(key));
  const here = `/runs/${encodeURIComponent(run.key)}`;
  const document = `/documents/${documents.items[0]?.id}`;
  return [
    '/',
    here,
    `${here}?tab=exchanges&steps=timeline`,
    `${here}?tab=entries&at=2`,
    `${here}?tab=lineage`,
    document,
    `${document}?view=blame`,
    `/exchanges/${exchange?.id}`,
    `/exchanges/${exchange?.id}?view=response`,
    `/compare?from=${first}&to=${second}`,
    '/prompts',
    `/prompts/${encodeURIComponent(prompts.items[0]?.name ?? '')}`,
    `/subtasks/${encodeURIComponent(run.key)}`,
    '/search?q=the',
    '/live',
    '/stats',
    '/settings',
  ];
}

test('every page shows what agents recorded, without a failure and open to everybody', async () => {
  for (const place of await pagesOfRecorded()) {
    const { page } = await web.openPage({ path: place });
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    // What loads says so; what failed says so too.
    await expect.poll(() => page.getByText(/^Loading/).count(), { timeout: 10_000, message: place }).toBe(0);
    expect(await page.getByRole('alert').allTextContents(), place).toEqual([]);
    expect(await findAxeViolations(page), place).toEqual([]);
    await page.close();
  }
}, 180_000);
