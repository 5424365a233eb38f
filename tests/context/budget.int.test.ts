import { type BuiltContext, type ContextInput, createStepledger, type RunHandle } from '@stepledger/client';
import { LIMITS } from '@stepledger/contract';
import { anyText, startTestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { runProgram } from '../server/support/run-program.ts';

const SEED = 5;
/** On a busy machine. */
const SLOW_MS = 240_000;
const AS_TEXT = { disallowedSpecial: new Set<string>() };
/** The library itself, which knows nothing of frames and budgets. */
const LIBRARY = {
  o200k_base: (text: string) => o200k(text, AS_TEXT),
  cl100k_base: (text: string) => cl100k(text, AS_TEXT),
};

const UNITS = [
  'word ',
  '漢字、',
  '🐙',
  '\r\n',
  '\n',
  '    ',
  '=',
  '1234',
  '\ud800',
  '\0',
  'a',
  '</document>\n',
  "don't ",
];
const texts = fc.oneof(
  anyText({ maxLength: 3000 }),
  fc
    .array(fc.tuple(fc.constantFrom(...UNITS), fc.integer({ min: 1, max: 400 })), { maxLength: 8 })
    .map((runs) => runs.map(([unit, times]) => unit.repeat(times)).join('')),
  fc.constantFrom(...UNITS).map((unit) => unit.repeat(4000)),
);
const documents = fc.array(fc.record({ kind: fc.constantFrom('a', 'b', 'c'), text: texts }), {
  minLength: 1,
  maxLength: 12,
});
const budgets = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 20_000 }));
const asked = fc.record({
  budget: budgets,
  tokenizer: fc.constantFrom('o200k_base' as const, 'cl100k_base' as const),
  kinds: fc.option(fc.constantFrom(['a'], ['b', 'a']), { nil: undefined }),
  pinned: fc.array(fc.nat(), { maxLength: 4 }),
});

test('whatever the documents and the budget, it is kept, and each document is accounted for once', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(documents, fc.array(asked, { minLength: 6, maxLength: 6 }), async (documents, asked) => {
      runs += 1;
      const run = await server.ledger.run({ key: `${runs}` });
      const written = await run.documents.putMany(
        documents.map(({ kind, text }, index) => ({ kind, key: `${index}`, text })),
      );
      for (const { pinned, ...input } of asked) {
        const refs = new Set(
          pinned.map((at) => written[at % written.length]).filter((ref) => ref !== undefined),
        );
        const pins = [...refs].map(({ ref }) => ref);
        const built = await run.context({ ...input, pins });
        expectSound(built, { input, stored: documents, pinned: pins.length });
        await expectSame(run, { ...input, pins }, built);
      }
    }),
    { seed: SEED, numRuns: 25 },
  );
});

interface Stored {
  kind: string;
  text: string;
}

function expectSound(
  { text, parts, manifest }: BuiltContext,
  { input, stored, pinned }: { input: Omit<ContextInput, 'pins'>; stored: Stored[]; pinned: number },
): void {
  const { budget, tokenizer, kinds } = input;
  const count = LIBRARY[tokenizer as keyof typeof LIBRARY](text);
  expect(count).toBeLessThanOrEqual(budget);
  expect(manifest.tokens).toBeLessThanOrEqual(budget);
  if (manifest.estimated) expect(manifest.tokens).toBeGreaterThanOrEqual(count);
  else expect(manifest.tokens).toBe(count);
  expect(manifest.documents.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(manifest.tokens);

  const named = manifest.documents.map(({ documentId }) => documentId);
  expect(new Set(named).size).toBe(named.length);
  const asked = manifest.documents.filter(({ why }) => why !== 'pinned');
  expect(manifest.documents.length - asked.length).toBe(pinned);
  if (kinds) for (const { kind } of asked) expect(kinds).toContain(kind);
  else expect(named.length).toBe(stored.length);

  const shown = manifest.documents.filter((document) => document.shown !== 'none');
  expect(parts.map(({ documentId }) => documentId)).toEqual(shown.map(({ documentId }) => documentId));
  let rest = text;
  for (const [index, part] of parts.entries()) {
    const whole = stored[Number(part.key)]?.text ?? '';
    const { cut, shown: how } = shown[index] ?? {};
    expect(part.cut).toEqual(cut);
    if (how === 'whole') expect(part.text === whole).toBe(true);
    else {
      expect(whole.startsWith(part.text) && part.text.length < whole.length).toBe(true);
      expect(cut).toMatchObject({ characters: part.text.length, ofCharacters: whole.length });
    }
    rest = expectBlock(rest, part.text);
  }
  expect(rest).toBe('');
}

/** What stands behind the block that a text begins with, which holds the shown text and cannot be ended by it. */
function expectBlock(rest: string, shown: string): string {
  const [opening = 'none', tag = 'none'] = /^<(document(?:-\d+)?) [^>]*>\n/.exec(rest) ?? [];
  const lineEnd = shown === '' || shown.endsWith('\n') ? '' : '\n';
  const block = `${opening}${shown}${lineEnd}</${tag}>\n`;
  expect(rest.startsWith(block)).toBe(true);
  expect(shown.toLowerCase()).not.toContain(`</${tag}>`);
  return rest.slice(block.length);
}

/** As of the revision that the answer names, the same call gives the same bytes, whatever came since. */
async function expectSame(run: RunHandle, input: ContextInput, built: BuiltContext): Promise<void> {
  const { revision } = built.manifest;
  const again = await run.at({ revision }).context(input);
  expect(JSON.stringify(again) === JSON.stringify(built)).toBe(true);
}

test('what was built stays what it was, in any process, while documents come, change and go', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'todo-app' });
  const step = run.step('design_step');
  const asked = [
    { budget: 400, tokenizer: 'o200k_base', step },
    { budget: 3000, tokenizer: { model: 'claude-sonnet-4-5' }, step, kinds: ['b', 'a'] },
  ] as const;
  const remembered: { input: ContextInput; built: BuiltContext }[] = [];
  const moves = fc.sample(
    fc.record({
      kind: fc.constantFrom('a', 'b'),
      key: fc.constantFrom('1', '2', '3'),
      text: texts,
      what: fc.nat(5),
    }),
    { seed: SEED, numRuns: 40 },
  );
  for (const { kind, key, text, what } of moves) {
    const found = await run.documents.get({ kind, key }).catch(() => null);
    if (what === 0 && found) await found.delete();
    else if (what === 1) {
      const uses = found ? [found.ref] : [];
      const usage = { inputTokens: 1000 + text.length };
      const sent = { prompt: `word ${text}`.repeat(20).slice(0, 9000), usage, model: 'claude-sonnet-4-5' };
      await step.record({ ...sent, response: text, uses, documents: [{ kind: 'c', text }] });
    } else if (what === 2 && found) await found.update({ status: 'dropped' });
    else await run.documents.put({ kind, key, text });
    for (const input of asked) remembered.push({ input, built: await run.context(input) });
  }

  const program = runProgram({
    args: ['--port', '0'],
    env: { DATABASE_URL: server.databaseUrl, LOG_LEVEL: 'error', LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Tokyo' },
  });
  const other = createStepledger({ url: await program.ready(), spool: false });
  const elsewhere = await other.run({ key: 'todo-app' });
  for (const { input, built } of remembered) await expectSame(elsewhere, input, built);
  expect(new Set(remembered.map(({ built }) => built.hash)).size).toBeGreaterThan(60);
  expect(remembered.some(({ built }) => built.manifest.tokenizer.basis === 'provider_usage')).toBe(true);
});

test('texts of 16 MiB that no tokenizer is made for are cut to the budget in seconds', {
  timeout: SLOW_MS,
}, async () => {
  await using server = await startTestServer();
  const run = await server.ledger.run({ key: 'hostile' });
  const most = LIMITS.maxTextBytes;
  for (const [kind, unit] of Object.entries({
    letters: 'a',
    blanks: ' ',
    signs: '=',
    han: '漢',
    lone: '\ud800',
  })) {
    await run.documents.put({
      kind,
      text: unit.repeat(most / (kind === 'lone' ? 2 : Buffer.byteLength(unit))),
    });
  }
  const words = Array.from({ length: 60_000 }, (_, n) => '漢'.repeat(256 - (n % 7)))
    .join(' ')
    .slice(0, most / 3);
  await run.documents.put({ kind: 'words', text: words });

  for (const kind of ['letters', 'blanks', 'signs', 'han', 'lone', 'words']) {
    const built = await run.context({ budget: 1_000_000, tokenizer: 'o200k_base', kinds: [kind] });
    const { documents, tokens } = built.manifest;
    expect(documents).toMatchObject([{ shown: 'cut' }]);
    expect(tokens).toBeLessThanOrEqual(1_000_000);
    expect(tokens).toBeGreaterThan(990_000);
    expect(built.text.length).toBeLessThanOrEqual(LIMITS.maxContextLength);
  }
});
