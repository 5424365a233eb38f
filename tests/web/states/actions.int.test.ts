import type { RunHandle } from '@stepledger/client';
import { setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { EXPECTED, loseAnswer, SOON } from './support.ts';

const web = setUpWeb();

interface Action {
  name: string;
  /** The procedure that is called. */
  calls: string;
  /** What the action needs; answers where the page of it is. */
  prepare: () => Promise<string>;
  /** What is typed first. */
  type?: (page: Page) => Promise<void>;
  /** Does it, and does it again. */
  press: (page: Page) => Promise<void>;
  /** What was typed, as it has to stand there after a failure. */
  typed?: (page: Page) => Promise<string[]>;
  /** What the server has of it. */
  done: () => Promise<unknown>;
}

let made = 0;
let run: RunHandle;
let id = '';

async function startRun(): Promise<RunHandle> {
  made += 1;
  run = await web.ledger.run({ key: `run-${made}` });
  return run;
}

/** A document, its page, and how many versions there are. */
async function writeDocument(text: string): Promise<string> {
  const document = await (await startRun())
    .step('note_step')
    .documents.put({ kind: 'note', text, status: 'open' });
  id = document.id;
  return `/documents/${id}`;
}
const readHead = () => web.ledger.documents.get({ documentId: id, includeDeleted: true });
const readVersions = async () => (await web.ledger.documents.history({ documentId: id }).all()).length;

/** A design that was built on what has moved since. */
async function writeStale(): Promise<string> {
  const step = (await startRun()).step('design_step');
  const requirement = await step.documents.put({ kind: 'requirement', text: 'v1' });
  const links = [{ relation: 'derived_from', to: requirement.ref }] as const;
  id = (await step.documents.put({ kind: 'design', text: 'design', links: [...links] })).id;
  await requirement.update('v2');
  return `/documents/${id}`;
}
const readStale = async () => (await web.ledger.links.stale({ runId: run.id })).documents.length;
const readClaims = async () =>
  (await web.ledger.documents.claims({ runId: run.id })).items.map(({ holder }) => holder);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });

const ACTIONS: readonly Action[] = [
  {
    name: 'a fork',
    calls: 'runs.fork',
    prepare: async () => `/runs/${(await startRun()).key}`,
    type: async (page) => {
      await button(page, 'Fork').click();
      await field(page, 'Key of the new run').fill(`fork-of-${made}`);
      await page.getByLabel('Goal').fill('Another try');
    },
    press: (page) => page.getByRole('dialog').getByRole('button', { name: 'Fork' }).click(),
    typed: (page) =>
      Promise.all(['Key of the new run', 'Goal'].map((name) => page.getByLabel(name).inputValue())),
    done: async () =>
      (await web.ledger.runs.list({}).all()).filter(({ key }) => key === `fork-of-${made}`).length,
  },
  {
    name: 'a text',
    calls: 'documents.update',
    prepare: async () => `${await writeDocument('text')}?edit=text`,
    type: async (page) => {
      await page.getByRole('textbox', { name: /edited$/ }).fill('typed');
      await field(page, 'Why').fill('because');
    },
    press: (page) => button(page, 'Save a new version').click(),
    typed: (page) =>
      Promise.all([
        page.getByRole('textbox', { name: /edited$/ }).inputValue(),
        field(page, 'Why').inputValue(),
      ]),
    done: readVersions,
  },
  {
    name: 'a claim',
    calls: 'documents.claim',
    prepare: async () => {
      await writeDocument('first');
      await run.step('note_step').documents.put({ kind: 'note', key: 'b', text: 'second', status: 'open' });
      return `/subtasks/${run.key}?kind=`;
    },
    type: (page) => field(page, 'Who is going to work on it').fill('Ann'),
    press: (page) => button(page, 'Claim the next').click(),
    typed: (page) => Promise.all([field(page, 'Who is going to work on it').inputValue()]),
    done: readClaims,
  },
  {
    name: 'a key',
    calls: 'apiKeys.create',
    prepare: async () => {
      made += 1;
      return '/settings';
    },
    type: async (page) => {
      await field(page, 'Name of a new key').fill(`key-${made}`);
      await page.getByLabel('Access').selectOption('read');
      await field(page, 'Last day (UTC), if any').fill('2099-01-01');
    },
    press: (page) => button(page, 'Make a key').click(),
    typed: (page) =>
      Promise.all(
        ['Name of a new key', 'Access', 'Last day (UTC), if any'].map((name) =>
          page.getByLabel(name).inputValue(),
        ),
      ),
    done: async () =>
      (await web.ledger.apiKeys.list({}).all()).filter(({ name }) => name === `key-${made}`).length,
  },
  {
    name: 'a name of the project',
    calls: 'projects.update',
    prepare: async () => {
      made += 1;
      return '/settings';
    },
    type: (page) => field(page, 'Name').fill(`Renamed ${made}`),
    press: (page) => button(page, 'Rename').click(),
    typed: (page) => Promise.all([field(page, 'Name').inputValue()]),
    done: async () => (await web.ledger.projects.get({ slug: 'default' })).name,
  },
  {
    name: 'a label',
    calls: 'prompts.setLabel',
    prepare: async () => {
      made += 1;
      await web.ledger.prompts.put({ name: `prompt-${made}`, template: 'Hello.' });
      return `/prompts/prompt-${made}`;
    },
    type: (page) => field(page, 'Label for version 1').fill('production'),
    press: (page) => button(page, 'Set label').click(),
    typed: (page) => Promise.all([field(page, 'Label for version 1').inputValue()]),
    done: async () => (await web.ledger.prompts.get({ name: `prompt-${made}` })).labels,
  },
  {
    name: 'a label that is taken off',
    calls: 'prompts.removeLabel',
    prepare: async () => {
      made += 1;
      await web.ledger.prompts.put({ name: `prompt-${made}`, template: 'Hello.' });
      await web.ledger.prompts.setLabel({ name: `prompt-${made}`, label: 'old', version: 1 });
      return `/prompts/prompt-${made}`;
    },
    press: (page) => button(page, 'Take the label old off').click(),
    done: async () => (await web.ledger.prompts.get({ name: `prompt-${made}` })).labels,
  },
  {
    name: 'a deletion',
    calls: 'documents.delete',
    prepare: () => writeDocument('text'),
    type: async (page) => {
      await button(page, 'Delete').click();
      await field(page, 'Why (optional)').fill('obsolete');
    },
    press: (page) => button(page, 'Delete it').click(),
    typed: (page) => Promise.all([field(page, 'Why (optional)').inputValue()]),
    done: async () => (await readHead()).note,
  },
  {
    name: 'what was deleted and comes back',
    calls: 'documents.undelete',
    prepare: async () => {
      const place = await writeDocument('text');
      await web.ledger.documents.delete({ documentId: id, expectedVersion: 1 });
      return place;
    },
    press: (page) => button(page, 'Undelete').click(),
    done: async () => (await readHead()).deleted,
  },
  {
    name: 'a version that is restored',
    calls: 'documents.restore',
    prepare: async () => {
      const place = await writeDocument('text');
      await web.ledger.documents.update({ documentId: id, text: 'other', expectedVersion: 1 });
      return `${place}?version=1`;
    },
    press: (page) => button(page, 'Restore version 1').click(),
    done: async () => (await readHead()).text,
  },
  {
    name: 'staleness that is taken for fine',
    calls: 'links.accept',
    prepare: writeStale,
    press: (page) => button(page, 'It is fine as it is').click(),
    done: readStale,
  },
  {
    name: 'staleness that is taken for fine in its run',
    calls: 'links.accept',
    prepare: async () => {
      await writeStale();
      return `/runs/${run.key}?tab=lineage`;
    },
    press: (page) => button(page, 'Accept as it is').click(),
    done: readStale,
  },
  {
    name: 'the status of a subtask',
    calls: 'documents.update',
    prepare: async () => {
      await writeDocument('text');
      return `/subtasks/${run.key}?kind=`;
    },
    type: (page) =>
      field(page, 'Status of note')
        .selectOption('done')
        .then(() => undefined),
    press: async (page) => {
      const again = button(page, 'Try again');
      if ((await again.count()) > 0) await again.click();
    },
    typed: (page) => Promise.all([field(page, 'Status of note').inputValue()]),
    done: async () => (await readHead()).status,
  },
  {
    name: 'a claim that is given back',
    calls: 'documents.release',
    prepare: async () => {
      await writeDocument('text');
      await web.ledger.documents.claim({ runId: run.id, holder: 'Bea' });
      return `/subtasks/${run.key}?kind=`;
    },
    press: (page) => button(page, 'Release').click(),
    done: readClaims,
  },
  {
    name: 'a key that is revoked',
    calls: 'apiKeys.revoke',
    prepare: async () => {
      made += 1;
      await web.ledger.apiKeys.create({ name: `key-${made}`, access: 'read' });
      return '/settings';
    },
    type: (page) => button(page, `Revoke key-${made}`).click(),
    press: (page) => button(page, 'Revoke for good').click(),
    done: async () =>
      (await web.ledger.apiKeys.list({}).all()).filter(({ name }) => name === `key-${made}`).length,
  },
];

test.each(ACTIONS)('$name that fails is said, stays, and is done when it is tried again', async (action) => {
  const { page } = await web.openPage({ path: await action.prepare(), expected: EXPECTED });
  const before = await action.done();
  const answers = await loseAnswer(page, action.calls, { isDone: false });
  await action.type?.(page);
  const typed = await action.typed?.(page);
  await action.press(page);
  await page.getByRole('alert').getByText('Something else than the server answered').waitFor();
  expect(await action.typed?.(page)).toEqual(typed);
  expect(await action.done()).toEqual(before);
  await answers.restore();
  await action.press(page);
  await expect.poll(() => page.getByRole('alert').count(), SOON).toBe(0);
  await expect.poll(action.done, SOON).not.toEqual(before);
});

test.each(ACTIONS.slice(0, 4))('$name whose answer was lost is not done twice', async (action) => {
  const { page } = await web.openPage({ path: await action.prepare(), expected: EXPECTED });
  const answers = await loseAnswer(page, action.calls, { isDone: true });
  await action.type?.(page);
  await action.press(page);
  await page.getByRole('alert').getByText('Something else than the server answered').waitFor();
  const once = await action.done();
  await answers.restore();
  await action.press(page);
  await expect.poll(() => page.getByRole('alert').count(), SOON).toBe(0);
  expect(await action.done()).toEqual(once);
});

test('what is typed into a form is there again after a reload', async () => {
  for (const action of ACTIONS.filter(({ name }) =>
    ['a fork', 'a claim', 'a key', 'a deletion'].includes(name),
  )) {
    const { page } = await web.openPage({ path: await action.prepare() });
    await action.type?.(page);
    const typed = await action.typed?.(page);
    await page.reload();
    // Of a dialog the reload only leaves what was typed into it.
    if (action.name === 'a fork') await button(page, 'Fork').click();
    if (action.name === 'a deletion') await button(page, 'Delete').click();
    await expect.poll(async () => action.typed?.(page), SOON).toEqual(typed);
  }
});

test('a save while the browser is offline says so, keeps the text, and goes through once it is back', {
  timeout: 90_000,
}, async () => {
  const { page } = await web.openPage({
    path: `${await writeDocument('text')}?edit=text`,
    expected: EXPECTED,
  });
  const editor = page.getByRole('textbox', { name: /edited$/ });
  await editor.fill('typed offline');
  await page.context().setOffline(true);
  await button(page, 'Save a new version').click();
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor({ timeout: 60_000 });
  expect(await editor.inputValue()).toBe('typed offline');
  await page.context().setOffline(false);
  await button(page, 'Save a new version').click();
  await page.getByText('Version 2 of 2').waitFor();
  expect(await readHead()).toMatchObject({ text: 'typed offline', version: 2 });
});
