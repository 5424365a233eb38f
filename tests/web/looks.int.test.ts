import { setUpWeb } from '@stepledger/testing/browser';
import { beforeAll, expect, test } from 'vitest';
import { type HostileProject, writeHostileProject } from './support/hostile-project.ts';
import { HOSTILE_VIEWS } from './support/hostile-views.ts';
import { expectGoodLooksAsItIs } from './support/looks.ts';

const web = setUpWeb();
let project: HostileProject;

beforeAll(async () => {
  project = await writeHostileProject(web);
});

test.each(Object.entries(HOSTILE_VIEWS))(
  'everybody can read, however long its texts are: %s',
  {
    timeout: 300_000,
  },
  async (_page, views) => {
    const { page } = await web.openPage({ path: '/no/such/page' });
    for (const { path, act } of views) {
      const place = path(project);
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(place);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await expect.poll(() => page.getByText('Loading…').count(), { timeout: 20_000 }).toBe(0);
      await act?.(page);
      await expectGoodLooksAsItIs(page, place);
    }
  },
);
