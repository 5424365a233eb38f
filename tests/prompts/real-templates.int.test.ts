import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Stepledger } from '@stepledger/client';
import { findRecordedData, startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { refusalOf } from '../ledger/support/refusals.ts';

const SAMPLE = resolve(import.meta.dirname, '../../examples/recorded-runs/sample');
const REAL = findRecordedData();
const CORPORA = [
  { name: 'the sample', dir: SAMPLE },
  ...(REAL === null ? [] : [{ name: 'real prompts', dir: REAL }]),
];

const recordedPrompt = z.object({
  role: z.string(),
  syntax: z.string(),
  text: z.string(),
  variables: z.array(z.string()),
});

/** The prompts of a corpus, each under a name of its own. */
async function loadPrompts(dir: string) {
  // Not by readline: it also ends a line at U+2028.
  const lines = (await readFile(join(dir, 'prompts.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line, index) => {
    const { role, syntax, text, variables } = recordedPrompt.parse(JSON.parse(line));
    return { name: `prompt ${index}`, template: [{ role, text }], syntax, parameters: variables };
  });
}

async function readBack(ledger: Stepledger, name: string) {
  const { template, syntax, parameters } = await ledger.prompts.get({ name });
  return { name, template, syntax, parameters };
}

test.each(CORPORA)('every template of $name comes back exactly, whatever its syntax', async ({ dir }) => {
  await using server = await startTestServer();
  const { ledger } = server;
  const prompts = await loadPrompts(dir);
  await Promise.all(prompts.map((prompt) => ledger.prompts.put(prompt)));

  expect(await Promise.all(prompts.map(({ name }) => readBack(ledger, name)))).toEqual(prompts);

  // Put again, they are the versions that there are.
  const again = await Promise.all(prompts.map((prompt) => ledger.prompts.put(prompt)));
  expect(again.filter(({ created, version }) => created || version !== 1)).toEqual([]);
});

test.each(CORPORA)(
  'each syntax of $name is refused by the server and rendered by a client that knows it',
  async ({ dir }) => {
    const prompts = await loadPrompts(dir);
    const bySyntax = [...Map.groupBy(prompts, ({ syntax }) => syntax)];
    expect(bySyntax.length).toBeGreaterThan(1);
    // Says which template it got with which variables, in place of filling them in.
    const renderers = bySyntax.map(([syntax]) => ({
      syntax,
      render: (template: string, variables: Readonly<Record<string, string>>) =>
        JSON.stringify([syntax, template, variables]),
    }));
    await using server = await startTestServer({ client: { renderers } });
    const { ledger } = server;
    const step = (await ledger.run({ key: 'real' })).step('design_step');

    for (const [syntax, [prompt]] of bySyntax) {
      if (!prompt) continue;
      await ledger.prompts.put(prompt);
      const variables = Object.fromEntries(prompt.parameters.map((name) => [name, `<${name}>`]));
      expect(await refusalOf(ledger.prompts.render({ name: prompt.name, variables }))).toMatchObject({
        code: 'UNSUPPORTED_SYNTAX',
        details: { syntax },
      });

      const { exchangeId } = await step.record({ prompt: { name: prompt.name, variables }, response: 'ok' });

      const exchange = await ledger.exchanges.get({ exchangeId });
      expect(exchange.prompt).toEqual({ name: prompt.name, version: 1 });
      expect(exchange.variables).toEqual(variables);
      const [message] = exchange.messages;
      expect(message?.role).toBe(prompt.template[0]?.role);
      expect(JSON.parse(message?.content ?? '')).toEqual([syntax, prompt.template[0]?.text, variables]);
    }
  },
);
