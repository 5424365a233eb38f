import { setUpWeb } from '@stepledger/testing/browser';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { BY_KEYBOARD, expectFocusKept, press } from '../support/keyboard.ts';

const web = setUpWeb();

interface List {
  /** Writes more than a page of it, and answers where it is shown. */
  write: () => Promise<string>;
  more: (page: Page) => Locator;
  /** Its oldest item, or the last in its order. */
  last: (page: Page) => Locator;
}

const button = (place: Page | Locator, name: string) => place.getByRole('button', { name, exact: true });

const LISTS: Record<string, List> = {
  'versions of a prompt': {
    write: async () => {
      for (let n = 1; n <= 25; n++) await web.ledger.prompts.put({ name: 'long', template: `${n}` });
      return '/prompts/long';
    },
    more: (page) => button(page, 'Older versions'),
    last: (page) => page.getByRole('row', { name: /^v1 / }),
  },
  'parses of an exchange': {
    write: async () => {
      const step = (await web.ledger.run({ key: 'parsed' })).step('design_step');
      const { exchangeId } = await step.record({ prompt: 'Design.', response: 'Done.' });
      for (let n = 1; n <= 55; n++) {
        await web.ledger.parses.record({ exchangeId, status: 'failed', error: `fault ${n}` });
      }
      return `/exchanges/${exchangeId}?view=parses`;
    },
    more: (page) => button(page, 'Show more'),
    last: (page) => page.getByText('fault 55', { exact: true }),
  },
  subtasks: {
    write: async () => {
      const step = (await web.ledger.run({ key: 'planned' })).step('plan_step');
      const key = (n: number) => `task ${String(n).padStart(3, '0')}`;
      for (let n = 1; n <= 60; n++) {
        await step.documents.put({ kind: 'subtask', key: key(n), text: `${n}`, status: 'open' });
      }
      return '/subtasks/planned';
    },
    more: (page) => button(page.getByRole('region', { name: /^Open/ }), 'More'),
    last: (page) => page.getByText('subtask/task 060', { exact: true }),
  },
  'API keys': {
    write: async () => {
      for (let n = 1; n <= 105; n++) await web.ledger.apiKeys.create({ name: `key ${n}`, access: 'read' });
      return '/settings';
    },
    more: (page) => button(page, 'More keys'),
    last: (page) => page.getByRole('rowheader', { name: 'key 105', exact: true }),
  },
};

test.each(Object.entries(LISTS))(
  'what a page holds back of %s is shown when it is asked for',
  async (_, list) => {
    const { page } = await web.openPage({ path: await list.write() });
    const more = list.more(page);
    await press(page, more);
    await list.last(page).waitFor();
    await more.waitFor({ state: 'detached' });
    await expectFocusKept(page);
    expect(await page.getByRole('alert').count()).toBe(0);
  },
  BY_KEYBOARD.timeout,
);
