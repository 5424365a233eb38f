import type { PathOf } from '../support/paths.ts';
import type { World } from '../support/world.ts';
import { documentWrite } from './documents.samples.ts';
import { labelled } from './prompts.samples.ts';
import type { SamplesOf } from './sample.ts';

const STARTED_AT = '2026-01-31T12:00:00.000Z';
const TIMING = { startedAt: STARTED_AT, firstByteMs: 120, totalMs: 4500 };
const USAGE = {
  inputTokens: 100,
  outputTokens: 200,
  totalTokens: 300,
  cachedInputTokens: 10,
  reasoningTokens: 20,
};

async function opened({ runId, step, text, word, shared }: World) {
  return {
    runId,
    step: step(),
    messages: [
      { role: 'system', content: text(), format: 'text' as const },
      { role: 'user', content: `{"text":${JSON.stringify(text())}}`, format: 'json' as const },
    ],
    prompt: { name: (await shared.prompt()).name, version: 1 },
    variables: { topic: text() },
    provider: word(),
    model: word(),
    parameters: { temperature: 0.7, stop: [word()] },
    metadata: { owner: word(), attachment: await shared.blob() },
  };
}

async function closing({ text, word, shared }: World) {
  return {
    attempts: [
      {
        status: 'failed' as const,
        httpStatus: 503,
        request: { blob: await shared.blob() },
        response: { base64: Buffer.from(text()).toString('base64') },
        error: text(),
        ...TIMING,
      },
      {
        status: 'completed' as const,
        httpStatus: 200,
        request: { blob: await shared.blob() },
        response: text(),
      },
    ],
    responseModel: word(),
    usage: USAGE,
    ...TIMING,
  };
}

export const exchangeSamples: { [P in PathOf<'exchanges'>]: SamplesOf<P> } = {
  'exchanges.open': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({ ...(await opened(world)), leaseSeconds: 60 }),
    },
    'with a labelled prompt': {
      foreign: 'NOT_FOUND',
      input: async (world) => ({ ...(await opened(world)), prompt: await labelled(world) }),
    },
  },
  'exchanges.complete': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({
        exchangeId: await world.exchange('open'),
        response: world.text(),
        ...(await closing(world)),
      }),
    },
    'with a body stored before': {
      foreign: 'NOT_FOUND',
      input: async ({ exchange, shared }) => ({
        exchangeId: await exchange('open'),
        response: { blob: await shared.blob() },
      }),
    },
  },
  'exchanges.fail': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({
        exchangeId: await world.exchange('open'),
        error: world.text(),
        response: { base64: Buffer.from(world.text()).toString('base64') },
        ...(await closing(world)),
      }),
    },
  },
  'exchanges.record': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({
        ...(await opened(world)),
        prompt: { ...(await labelled(world)), version: 1 },
        ...(await closing(world)),
        response: world.text(),
        parse: { parser: 'fences', parserVersion: '2', status: 'completed', errorOffset: 12 },
        documents: [await documentWrite(world), await documentWrite(world), await documentWrite(world)],
      }),
    },
    'a failed call': {
      foreign: 'NOT_FOUND',
      input: async (world) => ({
        ...(await opened(world)),
        error: world.text(),
        parse: { parser: 'fences', status: 'failed', error: world.text() },
      }),
    },
  },
  'exchanges.get': {
    full: { foreign: 'NOT_FOUND', input: async ({ shared }) => ({ exchangeId: await shared.exchange() }) },
  },
  'exchanges.list': {
    'of a step': {
      foreign: 'NOT_FOUND',
      input: async ({ api, runId, shared }) => {
        const { step } = await api.call('exchanges.get', { exchangeId: await shared.exchange() });
        return { runId, step: { name: step.name, key: step.key }, status: 'unparsed', limit: 10 };
      },
    },
    'across runs': {
      foreign: 'EMPTY',
      input: async ({ shared }) => {
        await shared.exchange();
        return { status: 'completed', limit: 10 };
      },
    },
  },
};

export const parseSamples: { [P in PathOf<'parses'>]: SamplesOf<P> } = {
  'parses.record': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({
        exchangeId: await world.exchange(),
        parser: world.word(),
        parserVersion: '3',
        status: 'completed',
        documents: [await documentWrite(world), await documentWrite(world)],
      }),
    },
    'a failed parse': {
      foreign: 'NOT_FOUND',
      input: async (world) => ({
        exchangeId: await world.exchange(),
        parser: world.word(),
        status: 'failed',
        error: world.text(),
        errorOffset: 7,
      }),
    },
  },
};
