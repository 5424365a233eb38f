import { setUpWeb } from '@stepledger/testing/browser';
import { beforeAll, expect, test } from 'vitest';
import { expectGoodLooks } from './support/looks.ts';

const web = setUpWeb();

const LONG = 'a run whose key says what it was for, when it was begun, and by whom '.repeat(2).trim();

beforeAll(async () => {
  await (await web.ledger.run({ key: 'short' })).complete();
  await web.ledger.run({ key: LONG });
});

const PATH = `/compare?${new URLSearchParams({ from: 'short', to: LONG })}`;

test.each([1280, 1024, 800])(
  'both sides stand at the same height, %i pixels wide, whatever they are called',
  async (width) => {
    const { page } = await web.openPage({ path: PATH, width });
    // What is measured before that may move while it is.
    await page.getByRole('form', { name: 'Second run' }).getByText('running').waitFor();
    const boxes = ['First run', 'Second run'].map(async (name) => {
      const form = page.getByRole('form', { name });
      const parts = [
        form.getByLabel(name, { exact: true }),
        form.getByRole('button'),
        form.getByRole('link'),
      ];
      return await Promise.all(
        parts.map(async (part) => {
          const { y = 0, height = 0 } = (await part.boundingBox()) ?? {};
          return { y, height };
        }),
      );
    });
    const [first, second] = await Promise.all(boxes);
    expect(second).toEqual(first);
  },
);

test('a comparison is open to everybody', async () => {
  await expectGoodLooks(web, {
    path: PATH,
    shown: (page) => page.getByText('Where they went apart').waitFor(),
  });
});
