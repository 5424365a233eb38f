import { createStepledger } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { findAxeViolations, setUpWeb } from '@stepledger/testing/browser';
import { beforeAll, expect, test } from 'vitest';
import { EXPECTED, SOON } from './support.ts';

const web = setUpWeb();

const REFUSED = [/status of 401/, ...EXPECTED];

beforeAll(async () => {
  await web.ledger.run({ key: 'app' });
});

/** A visitor whose browser remembers something. */
async function openWith(session: object, { path, at = web }: { path: string; at?: { url: string } }) {
  const { page } = await web.browser.openPage(at, { path: '/icon.svg', expected: REFUSED });
  const stored = JSON.stringify(JSON.stringify(session));
  await page.evaluate(`localStorage.setItem('stepledger.session', ${stored})`);
  await page.goto(path);
  return page;
}

/** A visitor who has a key, as a person at another machine needs one. */
async function openWithKey(path: string) {
  const { id, key } = await web.ledger.apiKeys.create({ name: 'visitor', access: 'write' });
  const page = await openWith({ token: key }, { path });
  return { page, revoke: () => web.ledger.apiKeys.revoke({ id }) };
}

/** A project with a run of its own, and the key of a visitor who sees that project alone. */
async function makeProject(slug: string): Promise<string> {
  await web.ledger.projects.create({ slug, name: slug });
  const inside = createStepledger({ url: web.url, project: slug, spool: false });
  await inside.run({ key: `run of ${slug}` });
  return (await inside.apiKeys.create({ name: 'other visitor', access: 'write' })).key;
}

test('a key that is revoked while a dialog is open is asked for above it, and what was typed is kept', async () => {
  const { page, revoke } = await openWithKey('/runs/app');
  await page.getByRole('button', { name: 'Fork', exact: true }).click();
  const goal = page.getByLabel('Goal');
  await goal.fill('Half of a thought');
  await revoke();
  const again = page.getByRole('dialog', { name: 'The key is no longer accepted' });
  await again.waitFor();
  expect(await findAxeViolations(page)).toEqual([]);
  await page.keyboard.press('Escape');

  await again.getByLabel('API key').fill('sl_default_wrong');
  await page.keyboard.press('Enter');
  await again.getByRole('alert').getByText('does not accept the key').waitFor();
  const { key } = await web.ledger.apiKeys.create({ name: 'next', access: 'write' });
  await again.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
  await again.waitFor({ state: 'detached' });
  expect(await goal.inputValue()).toBe('Half of a thought');
  await page.getByRole('dialog').getByRole('button', { name: 'Fork' }).click();
  await page.getByRole('heading', { name: 'app-fork', level: 1 }).waitFor();
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  const { id } = await web.ledger.runs.get({ key: 'app-fork' });
  const { items } = await web.ledger.entries.list({ runId: id });
  expect(items.at(-1)?.actor).toBe('next');
});

test('what happens after signing in again is on the page at once', async () => {
  const { page, revoke } = await openWithKey('/');
  await page.getByRole('link', { name: 'app', exact: true }).waitFor();
  await revoke();
  const again = page.getByRole('dialog', { name: 'The key is no longer accepted' });
  await again.waitFor();
  await web.ledger.run({ key: 'while it was shut' });
  const { key } = await web.ledger.apiKeys.create({ name: 'next', access: 'read' });
  await again.getByLabel('API key').fill(key);
  await again.getByRole('button', { name: 'Enter' }).click();
  await page.getByRole('link', { name: 'while it was shut', exact: true }).waitFor();
  await web.ledger.run({ key: 'after that' });
  await page.getByRole('link', { name: 'after that', exact: true }).waitFor();
  await expect.poll(() => page.getByRole('alert').count(), SOON).toBe(0);
});

test('who comes with a key that is not accepted is asked for another before any page', async () => {
  const page = await openWith({ token: 'sl_default_no' }, { path: '/stats?by=model' });
  await page.getByText('does not accept the key').waitFor();
  await expect.poll(() => page.getByRole('navigation').count(), SOON).toBe(0);
  const { key } = await web.ledger.apiKeys.create({ name: 'right', access: 'read' });
  await page.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Stats', level: 1 }).waitFor();
  expect(new URL(page.url()).search).toBe('?by=model');
});

test('a key that cannot be one is refused where it is typed', async () => {
  const page = await openWith({ token: 'sl_default_no' }, { path: '/' });
  const field = page.getByLabel('API key');
  for (const typed of ['sl_default_a b', 'sl_…', 'sl_default_\u200b', ' ']) {
    await field.fill(typed);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('This is no key: it must be an API key: no blanks').waitFor();
    await field.fill('sl_default_no');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('does not accept the key').waitFor();
  }
  const { key } = await web.ledger.apiKeys.create({ name: 'typed', access: 'read' });
  await field.fill(` ${key}\n`);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

test.each([{ token: 'sl_default_a b' }, { token: '' }, { project: 'Not a slug' }])(
  'what this browser remembers and no client takes is forgotten: %o',
  async (session) => {
    const page = await openWith(session, { path: '/' });
    await page.getByRole('link', { name: 'app', exact: true }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  },
);

test('a project that the key does not see is not asked for any more', async () => {
  const key = await makeProject('apart');
  const page = await openWith({ token: key, project: 'default' }, { path: '/' });
  await page.getByRole('link', { name: 'run of apart', exact: true }).waitFor();
  await page.getByText('Project apart').waitFor();
  await expect.poll(() => page.getByRole('alert').count(), SOON).toBe(0);
  await page.reload();
  await page.getByRole('link', { name: 'run of apart', exact: true }).waitFor();
});

test('after signing in with the key of another project, nothing of the one before is shown', async () => {
  const key = await makeProject('elsewhere');
  const { page, revoke } = await openWithKey('/');
  await page.getByRole('link', { name: 'app', exact: true }).waitFor();
  await revoke();
  const again = page.getByRole('dialog', { name: 'The key is no longer accepted' });
  await again.getByLabel('API key').fill(key);
  // Whatever is slow to come, what was there before must not stand in its place.
  await page.route(/\/trpc\/[^?]*runs\./, () => undefined);
  await again.getByRole('button', { name: 'Enter' }).click();
  await page.getByText('Project elsewhere').waitFor();
  await again.waitFor({ state: 'detached' });
  expect(await page.getByRole('link', { name: 'app', exact: true }).count()).toBe(0);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.reload();
  await page.getByRole('link', { name: 'run of elsewhere', exact: true }).waitFor();
});

test('a key that is forgotten takes with it what it showed', async () => {
  const { databaseUrl } = web;
  await using locked = await startTestServer({ webDir: web.webDir, databaseUrl, requireKey: true });
  const { key } = await web.ledger.apiKeys.create({ name: 'leaving', access: 'read' });
  const page = await openWith({ token: key }, { path: '/', at: locked });
  await page.getByRole('link', { name: 'app', exact: true }).waitFor();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Forget the key of this browser' }).click();
  await page.getByRole('heading', { name: 'Stepledger', level: 1 }).waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(await page.getByText('leaving').count()).toBe(0);
});

test('a key that is given or forgotten in one tab is so in all', async () => {
  const { webDir, databaseUrl } = web;
  await using locked = await startTestServer({ webDir, databaseUrl, requireKey: true });
  const { key: first } = await web.ledger.apiKeys.create({ name: 'first', access: 'read' });
  const page = await openWith({ token: first }, { path: '/', at: locked });
  await page.getByRole('link', { name: 'app', exact: true }).waitFor();
  const other = await page.context().newPage();
  await other.goto('/settings');
  await other.getByRole('button', { name: /^Forget the key/ }).click();
  await other.getByLabel('API key').waitFor();
  await page.getByLabel('API key').waitFor();
  expect(await page.getByRole('link', { name: 'app', exact: true }).count()).toBe(0);

  const { key } = await web.ledger.apiKeys.create({ name: 'next', access: 'read' });
  await page.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'app', exact: true }).waitFor();
  await other.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  await page.context().close();
});

test('what the next key may not see goes from the page', async () => {
  const { id, key } = await web.ledger.apiKeys.create({ name: 'manager', access: 'admin' });
  const page = await openWith({ token: key }, { path: '/settings' });
  const row = page.getByRole('row', { name: /^manager admin/ });
  await row.waitFor();
  const { key: less } = await web.ledger.apiKeys.create({ name: 'looker', access: 'read' });
  await web.ledger.apiKeys.revoke({ id });
  const again = page.getByRole('dialog', { name: 'The key is no longer accepted' });
  await again.getByLabel('API key').fill(less);
  await page.keyboard.press('Enter');
  await again.waitFor({ state: 'detached' });
  await page.getByRole('alert').getByText('FORBIDDEN').first().waitFor();
  await row.waitFor({ state: 'detached' });
  expect(await page.getByText('looker').count()).toBe(0);
});
