import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { foundBy } from './support/found.ts';

vi.setConfig({ testTimeout: 180_000 });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test('a text of 100,000 distinct words is found by each part of it', async () => {
  const run = await server.ledger.run({ key: 'words' });
  const words = Array.from({ length: 100_000 }, (_, n) => `w${n.toString(36)}x`);
  await run.documents.put({ kind: 'long', text: words.join(' ') });
  for (const at of [0, 1, 31_337, 65_536, 99_998]) {
    const [one = '', two = ''] = words.slice(at, at + 2);
    expect(await foundBy(run.search(`${one} ${two}`))).toEqual(['long@1']);
    expect(await foundBy(run.search(`"${one} ${two}"`))).toEqual(['long@1']);
    expect(await foundBy(run.search(`"${two} ${one}"`))).toEqual([]);
    const { items } = await run.search({ text: `${one} ${two}`, mode: 'exact' });
    expect(items.map(({ snippet: { text, matches } }) => matches.map(([a, b]) => text.slice(a, b)))).toEqual([
      [`${one} ${two}`],
    ]);
  }
  expect(await foundBy(run.search('w1x w1zz'))).toEqual([]);
});

test('words, phrases and exclusions are of the whole text, wherever it is cut into pieces', async () => {
  const run = await server.ledger.run({ key: 'pieces' });
  const filler = (name: string) => `${name} of the lorem `.repeat(1_000);
  const text = `alpha ${filler('lorem')} beta gamma ${filler('ipsum')} delta`;
  await run.documents.put({ kind: 'long', text });

  expect(await foundBy(run.search('alpha delta'))).toEqual(['long@1']);
  expect(await foundBy(run.search('alpha "beta gamma" delta'))).toEqual(['long@1']);
  expect(await foundBy(run.search('alpha "gamma beta"'))).toEqual([]);
  expect(await foundBy(run.search('alpha -delta'))).toEqual([]);
  expect(await foundBy(run.search('alpha -"beta gamma"'))).toEqual([]);
  expect(await foundBy(run.search('alpha -"gamma beta"'))).toEqual(['long@1']);
  expect(await foundBy(run.search('"alpha beta" OR "ipsum of the lorem delta"'))).toEqual(['long@1']);
});

test('a phrase is found also where a text is cut', async () => {
  const run = await server.ledger.run({ key: 'borders' });
  const words = Array.from({ length: 6_000 }, (_, n) => `t${n}`);
  await run.documents.put({ kind: 'long', text: words.join(' ') });
  const missed: number[] = [];
  for (let at = 0; at + 40 < words.length; at += 39) {
    const phrase = words.slice(at, at + 40).join(' ');
    if ((await foundBy(run.search({ text: `"${phrase}"`, facets: false }))).length !== 1) missed.push(at);
  }
  expect(missed).toEqual([]);
});

test('hostile texts of a megabyte and more are stored, indexed and found by their title', async () => {
  const run = await server.ledger.run({ key: 'hostile' });
  const mega = 1_000_000;
  const texts = {
    nothing: ' '.repeat(mega),
    'no blanks': 'x'.repeat(16 * 1024 * 1024),
    signs: '=>(){}[]!'.repeat(mega / 9),
    dots: 'a.'.repeat(mega / 2),
    slashes: 'a/'.repeat(mega / 2),
    camels: 'aB'.repeat(mega / 2),
    quotes: `'\\"`.repeat(mega / 3),
    accents: '\u0301'.repeat(mega),
    surrogates: '\ud83d'.repeat(mega),
    nul: '\0'.repeat(mega),
    han: '設計文書'.repeat(mega / 4),
    emoji: '🚀'.repeat(mega / 2),
    underscores: '_'.repeat(mega),
  };
  for (const [key, text] of Object.entries(texts))
    await run.documents.put({ kind: 'hostile', key, title: `the ${key}`, text });
  for (const key of Object.keys(texts)) {
    const { items } = await run.search(`"the ${key}"`);
    expect({ key, found: items.map(({ title }) => title) }).toEqual({ key, found: [`the ${key}`] });
  }
  expect((await server.ledger.search.verify({ limit: 500 })).items).toEqual([]);
});
