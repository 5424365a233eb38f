import { LIMITS } from '@stepledger/contract';
import { anyText } from '@stepledger/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusal } from './support/errors.ts';
import { openTestLedger } from './support/ledger.ts';

const base = { name: 'design', syntax: 'mustache', parameters: [] };
const says = (text: string) => ({ ...base, template: [{ role: 'user', text }] });
const oneToFifty = Array.from({ length: 50 }, (_, index) => index + 1);

test('fifty writers of a new prompt number its versions without gap', async () => {
  await using ledger = await openTestLedger();
  const saved = await Promise.all(oneToFifty.map((n) => ledger.open().prompts.put(says(`text ${n}`))));

  expect(saved.map(({ version }) => version).sort((a, b) => a - b)).toEqual(oneToFifty);
  expect(new Set(saved.map(({ id }) => id)).size).toBe(1);
  const { items } = await ledger.open().prompts.history({ name: 'design', limit: 100, withTemplate: true });
  expect(items.map(({ version }) => version)).toEqual(oneToFifty);
  for (const [index, { version }] of saved.entries()) {
    expect(items[version - 1]?.template).toEqual([{ role: 'user', text: `text ${index + 1}` }]);
  }
});

test('fifty writers who saw the same version: one wins, the others learn what there is', async () => {
  await using ledger = await openTestLedger();
  await ledger.open().prompts.put(says('first'));
  const results = await Promise.allSettled(
    oneToFifty.map((n) => ledger.open().prompts.put({ ...says(`text ${n}`), expectedVersion: 1 })),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const lost = await refusal(ledger.open().prompts.put({ ...says('late'), expectedVersion: 1 }));
  expect(lost).toEqual({
    code: 'VERSION_CONFLICT',
    details: { type: 'prompt', id: 'design', expected: 1, actual: 2 },
  });
});

test('fifty writers of the same first text make one version', async () => {
  await using ledger = await openTestLedger();
  const saved = await Promise.all(oneToFifty.map(() => ledger.open().prompts.put(says('same'))));
  expect(new Set(saved.map(({ version }) => version))).toEqual(new Set([1]));
  expect(saved.filter(({ created }) => created)).toHaveLength(1);
});

test('two templates that differ only in a lone surrogate are two versions', async () => {
  await using ledger = await openTestLedger();
  expect(await ledger.open().prompts.put(says('\ud800'))).toMatchObject({ version: 1, created: true });
  expect(await ledger.open().prompts.put(says('\ud801'))).toMatchObject({ version: 2, created: true });
  expect(await ledger.open().prompts.put(says('\ud801'))).toMatchObject({ version: 2, created: false });
});

test('a change of syntax, parameters or metadata is a version; metadata in another order and a note are not', async () => {
  await using ledger = await openTestLedger();
  const { prompts } = ledger.open();
  await prompts.put({ ...says('x'), metadata: { a: 1, b: 2 } });
  expect(await prompts.put({ ...says('x'), metadata: { b: 2, a: 1 }, note: 'again' })).toMatchObject({
    version: 1,
  });
  expect(await prompts.put({ ...says('x'), metadata: { a: 1, b: 3 } })).toMatchObject({ version: 2 });
  expect(await prompts.put({ ...says('x'), syntax: 'jinja2' })).toMatchObject({ version: 3 });
  expect(await prompts.put({ ...says('x'), syntax: 'jinja2', parameters: ['p'] })).toMatchObject({
    version: 4,
  });
});

test('templates, notes and parameters come back exactly', async () => {
  await using ledger = await openTestLedger();
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.constantFrom('null', 'NULL', ' lead', 'tail ', 'a,b', '{x}', '"', '\\', "it's", '{}'),
  );
  let puts = 0;
  await fc.assert(
    fc.asyncProperty(
      anyText(),
      anyText(),
      fc.uniqueArray(name, { maxLength: 4 }),
      async (text, other, parameters) => {
        puts += 1;
        const input = {
          ...base,
          template: [
            { role: 'system', text },
            { role: 'user', text: other },
          ],
          parameters,
          note: other.slice(0, LIMITS.maxNoteLength),
          metadata: { puts },
        };
        const { version } = await ledger.open().prompts.put(input);
        expect(await ledger.open().prompts.get({ name: 'design', version })).toMatchObject(input);
      },
    ),
    { numRuns: 60 },
  );
});

test('labels move, are read by, and go', async () => {
  await using ledger = await openTestLedger();
  const { prompts } = ledger.open();
  await prompts.put(says('one'));
  await prompts.put(says('two'));
  const label = { name: 'design', label: 'production' };

  expect(await prompts.setLabel({ ...label, version: 1 })).toEqual({ ...label, version: 1 });
  expect(await prompts.get(label)).toMatchObject({ version: 1, labels: ['production'] });
  await prompts.setLabel({ ...label, version: 2 });
  expect(await prompts.get(label)).toMatchObject({ version: 2, labels: ['production'] });
  expect(await prompts.get({ name: 'design', version: 1 })).toMatchObject({ labels: [] });
  expect(await prompts.removeLabel(label)).toEqual({ ...label, version: null });
  const gone = { code: 'NOT_FOUND', details: { type: 'prompt label', id: 'design@production' } };
  expect(await refusal(prompts.get(label))).toEqual(gone);
  expect(await refusal(prompts.removeLabel(label))).toEqual(gone);
  expect(await refusal(prompts.setLabel({ ...label, version: 3 }))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'prompt version', id: 'design@3' },
  });
});

test('a label set by many at once points at one of their versions', async () => {
  await using ledger = await openTestLedger();
  for (const n of [1, 2, 3, 4]) await ledger.open().prompts.put(says(`text ${n}`));
  await Promise.all(
    oneToFifty.map((n) =>
      ledger.open().prompts.setLabel({ name: 'design', label: 'production', version: (n % 4) + 1 }),
    ),
  );
  const { items } = await ledger.open().prompts.history({ name: 'design', limit: 10, withTemplate: true });
  expect(items.flatMap(({ labels }) => labels)).toEqual(['production']);
});

test('a deleted prompt is gone but for its history, and a put revives it with the next number', async () => {
  await using ledger = await openTestLedger();
  const { prompts } = ledger.open();
  const { id } = await prompts.put(says('one'));
  await prompts.put(says('two'));
  await prompts.setLabel({ name: 'design', label: 'production', version: 1 });

  expect(await prompts.delete({ name: 'design' })).toEqual({ id, name: 'design' });

  const gone = { code: 'NOT_FOUND', details: { type: 'prompt', id: 'design' } };
  expect(await refusal(prompts.get({ name: 'design' }))).toEqual(gone);
  expect(await refusal(prompts.render({ name: 'design', variables: {} }))).toEqual(gone);
  expect(await refusal(prompts.delete({ name: 'design' }))).toEqual(gone);
  expect(await refusal(prompts.setLabel({ name: 'design', label: 'x', version: 1 }))).toEqual(gone);
  expect((await prompts.list({ withTemplate: true, limit: 10 })).items).toEqual([]);
  expect((await prompts.history({ name: 'design', limit: 10, withTemplate: true })).items).toHaveLength(2);

  expect(await prompts.put({ ...says('two'), expectedVersion: 0 })).toEqual({
    id,
    name: 'design',
    version: 3,
    created: true,
  });
  expect(await prompts.get({ name: 'design' })).toMatchObject({ version: 3, labels: [] });
  expect(await refusal(prompts.get({ name: 'design', label: 'production' }))).toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('what is rendered is what was put in', async () => {
  await using ledger = await openTestLedger();
  const { prompts } = ledger.open();
  await prompts.put({ ...says('<{{name}}> & {{{name}}}'), parameters: ['name'] });
  const name = '"<b>&amp;{{name}}\0\ud800\r\n';
  expect(await prompts.render({ name: 'design', variables: { name, unused: 'x' } })).toEqual({
    name: 'design',
    version: 1,
    messages: [{ role: 'user', text: `<${name}> & ${name}` }],
  });
  for (const syntax of ['none', 'literal']) {
    await prompts.put({ ...says('{{as is}} {{'), syntax });
    expect((await prompts.render({ name: 'design', variables: {} })).messages).toEqual([
      { role: 'user', text: '{{as is}} {{' },
    ]);
  }
});

test('what cannot be rendered is refused with its reason, and was stored all the same', async () => {
  await using ledger = await openTestLedger();
  const { prompts } = ledger.open();
  const render = (variables = {}) => refusal(prompts.render({ name: 'design', variables }));

  await prompts.put({ ...says('{{a}}{{b}}'), parameters: ['a', 'b', 'c'] });
  expect(await render({ b: '' })).toEqual({
    code: 'BAD_INPUT',
    details: {
      issues: [
        { path: 'variables.a', reason: 'is needed' },
        { path: 'variables.c', reason: 'is needed' },
      ],
    },
  });
  // All that is missing is said at once, also what is not declared and what other messages show.
  const template = [
    { role: 'system', text: '{{tone}} {{a}} {{#b}}{{{deep}}}{{/b}}' },
    { role: 'user', text: '{{^more}}{{&tone}} {{last}}{{/more}}{{#unasked}}{{hidden}}{{/unasked}}' },
  ];
  await prompts.put({ ...says(''), template, parameters: ['a', 'b', 'c'] });
  const issues = ['a', 'c', 'tone', 'deep', 'last'].map((name) => ({
    path: `variables.${name}`,
    reason: 'is needed',
  }));
  expect(await render({ b: 'x' })).toEqual({ code: 'BAD_INPUT', details: { issues } });
  await prompts.put({ ...says('{{as is}} {{'), syntax: 'literal', parameters: ['a'] });
  expect(await render()).toMatchObject({ details: { issues: [{ path: 'variables.a' }] } });
  await prompts.put(says('{{#a}} never closed'));
  expect(await render()).toMatchObject({ code: 'BAD_INPUT', details: { issues: [{ path: 'name' }] } });
  await prompts.put({ ...says('{% if a %}'), syntax: 'jinja2' });
  expect(await render()).toEqual({
    code: 'UNSUPPORTED_SYNTAX',
    details: { syntax: 'jinja2', supported: ['mustache', 'literal', 'none'] },
  });
  await prompts.put(says('{{a}}'.repeat(20_000)));
  expect(await render({ a: 'x'.repeat(1_000_000) })).toMatchObject({
    code: 'BAD_INPUT',
    details: { issues: [{ path: 'variables' }] },
  });
});

test('a diff shows the messages by role', async () => {
  await using ledger = await openTestLedger();
  const { prompts } = ledger.open();
  await prompts.put({
    ...base,
    template: [
      { role: 'system', text: 'Be brief.\n' },
      { role: 'user', text: 'Hi' },
    ],
  });
  await prompts.put({
    ...base,
    template: [
      { role: 'system', text: 'Be long.\n' },
      { role: 'user', text: 'Hi' },
    ],
  });
  const diff = await prompts.diff({ name: 'design', from: 1, to: 2 });
  expect(diff).toMatchObject({ from: 1, to: 2, added: 1, removed: 1 });
  expect(diff.patch).toContain('--- design@1\n+++ design@2\n');
  expect(diff.patch).toContain('\n [system]\n-Be brief.\n+Be long.\n');
  expect(await refusal(prompts.diff({ name: 'design', from: 1, to: 9 }))).toEqual({
    code: 'NOT_FOUND',
    details: { type: 'prompt version', id: 'design@9' },
  });
});

test('lists go on page by page, by name and by version, and end where a page holds enough text', async () => {
  await using ledger = await openTestLedger();
  const { prompts } = ledger.open();
  const long = 'x'.repeat(LIMITS.maxPageTextBytes / 2);
  for (const name of ['b', 'a', 'd', 'c']) await prompts.put({ ...says(long), name });

  const names: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await prompts.list({
      withTemplate: true,
      limit: 3,
      ...(cursor !== undefined && { cursor }),
    });
    names.push(page.items.map(({ name }) => name));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(names).toEqual([['a'], ['b'], ['c'], ['d']]);
  const { items } = await prompts.list({ withTemplate: false, limit: 4 });
  expect(items.map(({ name, template }) => [name, template])).toEqual([...'abcd'].map((name) => [name, []]));

  for (const n of [2, 3]) await prompts.put({ ...says(`short ${n}`), name: 'a' });
  const first = await prompts.history({ name: 'a', withTemplate: true, limit: 2 });
  expect(first.items.map(({ version }) => version)).toEqual([1, 2]);
  const second = await prompts.history({
    name: 'a',
    withTemplate: true,
    limit: 2,
    cursor: first.nextCursor ?? '',
  });
  expect(second.items.map(({ version }) => version)).toEqual([3]);
  expect(second.nextCursor).toBeNull();
  expect(
    await refusal(prompts.list({ withTemplate: true, limit: 2, cursor: first.nextCursor ?? '' })),
  ).toMatchObject({
    code: 'BAD_INPUT',
    details: { issues: [{ path: 'cursor' }] },
  });
});
