import { setUpWeb } from '@stepledger/testing/browser';
import { beforeAll, expect, test } from 'vitest';
import { type Ids, MISSING, PAGES, readRoutes, writeWorld } from './pages.ts';
import { EXPECTED, holdCalls, SOON } from './support.ts';

const web = setUpWeb();
let ids: Ids;

beforeAll(async () => {
  ids = await writeWorld(web.ledger);
});

const NAMED = PAGES.map((page) => ({ ...page, name: `${page.route} ${page.view ?? ''}`.trim() }));

/** Opens a page that has asked for nothing yet. */
const openIdle = () => web.openPage({ path: '/icon.svg', expected: EXPECTED });

test('every page and view of the web UI is tested here', async () => {
  const { routes, views } = await readRoutes();
  expect(new Set(PAGES.map(({ route }) => route))).toEqual(new Set(routes));
  const tested = PAGES.flatMap(({ view }) => view ?? []);
  expect(tested.toSorted()).toEqual(Object.values(views).flat().toSorted());
});

test.each(NAMED)(
  '$name waits, says that nobody answers, and comes by itself',
  { timeout: 90_000 },
  async (state) => {
    const { page } = await openIdle();
    const calls = await holdCalls(page);
    await page.goto(state.path(ids));
    const heading = page.getByRole('heading', { level: 1 });
    await heading.waitFor();
    await page
      .getByText(/^(Loading|The server does not answer; still trying)/)
      .first()
      .waitFor();
    calls.cut();
    await page.getByRole('alert').getByText('The server cannot be reached').first().waitFor();
    expect(await heading.count()).toBe(1);
    await calls.heal();
    const shown = page.locator('main').getByText(state.shown).first();
    await shown.waitFor();
    await expect.poll(() => page.getByRole('alert').count(), SOON).toBe(0);

    await page.context().setOffline(true);
    await page.getByRole('status').getByText('Offline', { exact: true }).waitFor();
    expect(await shown.isVisible()).toBe(true);
    await page.context().setOffline(false);
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
    expect(await shown.isVisible()).toBe(true);
    expect(await page.getByRole('alert').count()).toBe(0);
  },
);

test.each(NAMED)('$name says what the server refused, with code and request', async (state) => {
  const { page } = await openIdle();
  // Chosen by the visitor, it would be given up for one that there is.
  await page.route(/\/(trpc|raw)\//, (route) =>
    route.continue({ headers: { ...route.request().headers(), 'x-stepledger-project': 'nowhere' } }),
  );
  await page.goto(state.path(ids));
  const alert = page.getByRole('alert').first();
  await alert.getByText('There is no project nowhere').waitFor();
  await alert.getByText(/^NOT_FOUND · request \S+/).waitFor();
  expect(await alert.getByRole('button', { name: 'Try again' }).isVisible()).toBe(true);
});

test('what is not there is said', async () => {
  const { page } = await openIdle();
  for (const path of MISSING) {
    await page.goto(path);
    await page
      .getByRole('alert')
      .getByText(/^There is no /)
      .waitFor();
    await page
      .getByRole('alert')
      .getByText(/^NOT_FOUND · request \S+/)
      .waitFor();
  }
  await expect(page.goto('/no/such/page')).resolves.toBeDefined();
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
});

test.each(NAMED.filter(({ empty }) => empty !== undefined))(
  '$name says that there is nothing',
  async ({ empty }) => {
    const { page } = await web.openPage({ path: empty?.path(ids) ?? '' });
    await page
      .getByText(empty?.says ?? '')
      .first()
      .waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  },
);
