import type { Prompt } from '@stepledger/contract';
import { LIMITS } from '@stepledger/contract';
import { expect, test } from 'vitest';
import type { Features } from '../calls/features.ts';
import { ledgerError } from '../errors/client-errors.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';
import type { PromptRenderer } from './renderer.ts';
import { type PromptInput, resolvePrompt } from './resolve-prompt.ts';

const runId = '00000000-0000-7000-8000-000000000001';

/** Shouts what stands in place of `$name`. */
const shout: PromptRenderer = {
  syntax: 'shout',
  render: (template, variables) => template.replace(/\$(\w+)/g, (_, name: string) => `${variables[name]}!`),
};

const STORED: Prompt = {
  id: runId,
  name: 'design',
  version: 3,
  template: [
    { role: 'system', text: 'Be $mood.' },
    { role: 'user', text: 'Design $idea' },
  ],
  syntax: 'shout',
  parameters: ['mood', 'idea'],
  note: null,
  metadata: {},
  createdAt: '2026-01-01T00:00:00.000Z',
  labels: ['production'],
};

/** The prompts of a server that renders nothing but what it is told to, and what it was asked. */
function serve(stored: Prompt = STORED) {
  const asked: unknown[] = [];
  const prompts = {
    render: async (input: unknown) => {
      asked.push(['render', input]);
      throw ledgerError('UNSUPPORTED_SYNTAX', { syntax: stored.syntax, supported: ['mustache'] });
    },
    get: async (input: unknown) => {
      asked.push(['get', input]);
      return stored;
    },
  };
  // Only these two are called.
  return { ledger: { prompts } as unknown as Pick<Features, 'prompts'>, asked };
}

async function refusalOf(prompt: PromptInput, renderer: PromptRenderer, stored?: Prompt) {
  const call = resolvePrompt({ ledger: serve(stored).ledger, runId, renderers: [renderer] }, prompt);
  const error: unknown = await call.catch((failure: unknown) => failure);
  if (!isLedgerError(error)) throw error;
  return { code: error.code, details: error.details };
}

const variables = { mood: 'terse', idea: 'a $mood app' };
const issue = (path: string, reason: string) => ({
  code: 'BAD_INPUT',
  details: { issues: [{ path, reason }] },
});

test('a template that the server does not render is filled in by the renderer of its syntax', async () => {
  const { ledger, asked } = serve();
  const unused = { syntax: 'whisper', render: () => '' };
  const prompt = { name: 'design', label: 'production', variables };

  const resolved = await resolvePrompt({ ledger, runId, renderers: [unused, shout] }, prompt);

  expect(resolved).toEqual({
    messages: [
      { role: 'system', content: 'Be terse!.' },
      { role: 'user', content: 'Design a $mood app!' },
    ],
    // The version that was rendered is what the run pins the label to.
    prompt: { name: 'design', label: 'production', version: 3 },
    variables,
  });
  expect(asked).toEqual([
    ['render', { name: 'design', label: 'production', variables, runId }],
    ['get', { name: 'design', label: 'production', runId }],
  ]);
});

test('without a renderer of the syntax the refusal of the server is the answer', async () => {
  for (const renderers of [[], [{ ...shout, syntax: 'whisper' }]]) {
    const call = resolvePrompt({ ledger: serve().ledger, runId, renderers }, { name: 'design', variables });
    await expect(call).rejects.toMatchObject({ code: 'UNSUPPORTED_SYNTAX', details: { syntax: 'shout' } });
  }
});

test('messages that the caller made are taken without a question', async () => {
  const { ledger, asked } = serve();
  const messages = [{ role: 'user', content: 'Mine.' }];
  await expect(
    resolvePrompt({ ledger, runId, renderers: [shout] }, { name: 'design', version: 2, messages }),
  ).resolves.toEqual({ messages, prompt: { name: 'design', version: 2 } });
  expect(asked).toEqual([]);
});

test('declared parameters without a value are all named, as by the server', async () => {
  expect(await refusalOf({ name: 'design' }, shout)).toEqual({
    code: 'BAD_INPUT',
    details: {
      issues: [
        { path: 'variables.mood', reason: 'is needed' },
        { path: 'variables.idea', reason: 'is needed' },
      ],
    },
  });
});

test('a renderer that fails, or answers no text, is BAD_INPUT with the reason', async () => {
  const prompt = { name: 'design', variables };
  const failing: PromptRenderer = {
    syntax: 'shout',
    render(template) {
      if (template.startsWith('Be')) return template;
      throw new Error('has no end');
    },
  };
  expect(await refusalOf(prompt, failing)).toEqual(
    issue('name', 'cannot be rendered: in message 2 has no end'),
  );
  // As a caller without types may write it.
  const late = { syntax: 'shout', render: async () => 'late' } as unknown as PromptRenderer;
  expect(await refusalOf(prompt, late)).toEqual(
    issue('name', 'cannot be rendered: in message 1 the renderer of shout answered no text'),
  );
});

test('messages larger than a stored text may be are refused', async () => {
  const half = 'x'.repeat(LIMITS.maxTextBytes / 2);
  const fill = (text: string): PromptRenderer => ({ syntax: 'shout', render: () => text });
  const { ledger } = serve();
  const resolved = await resolvePrompt(
    { ledger, runId, renderers: [fill(half)] },
    { name: 'design', variables },
  );
  expect(resolved.messages).toHaveLength(2);
  expect(await refusalOf({ name: 'design', variables }, fill(`${half}x`))).toEqual(
    issue('variables', `make the messages larger than ${LIMITS.maxTextBytes} bytes`),
  );
});
