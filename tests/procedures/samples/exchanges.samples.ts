import { newUuidV7, toSha256 } from '../support/ids.ts';
import type { PathOf } from '../support/paths.ts';
import type { World } from '../support/world.ts';
import { documentWrite } from './documents.samples.ts';
import { labelled } from './prompts.samples.ts';
import { FUTURE, type SamplesOf } from './sample.ts';

const STARTED_AT = '2026-01-31T12:00:00.000Z';
const TIMING = { startedAt: STARTED_AT, firstByteMs: 120, totalMs: 4500 };
const USAGE = {
  inputTokens: 100,
  outputTokens: 200,
  totalTokens: 300,
  cachedInputTokens: 10,
  reasoningTokens: 20,
};

async function opened({ api, runId, step, text, word, shared }: World) {
  return {
    runId,
    step: step(),
    messages: [
      { role: 'system', content: text(), format: 'text' as const },
      { role: 'user', content: `{"text":${JSON.stringify(text())}}`, format: 'json' as const },
    ],
    prompt: { name: (await shared.prompt()).name, version: 1 },
    variables: { topic: text() },
    uses: [{ documentId: (await shared.document()).documentId, version: 1 }],
    context: await built({ api, runId, text, word }),
    provider: word(),
    model: word(),
    parameters: { temperature: 0.7, stop: [word()] },
    metadata: { owner: word(), attachment: await shared.blob() },
  };
}

/** A context with a document that was cut. */
async function built({ api, runId, text, word }: Pick<World, 'api' | 'runId' | 'text' | 'word'>) {
  const kind = word();
  await api.call('documents.put', { runId, kind, text: text().repeat(100) });
  const asked = { runId, kinds: [kind], budget: 500, tokenizer: 'o200k_base' as const };
  const { hash, manifest } = await api.call('context.build', asked);
  return { hash, manifest };
}

const toBase64 = (text: string) => Buffer.from(text).toString('base64');

/** An open exchange with bytes that have arrived, and how many. */
async function streaming({ api, exchange, text }: World) {
  const [exchangeId, part] = [await exchange('open'), text()];
  await api.call('exchanges.append', { exchangeId, offset: 0, bytes: { base64: toBase64(part) } });
  return { exchangeId, streamed: Buffer.byteLength(part) };
}

async function closing({ text, word, shared }: World) {
  return {
    attempts: [
      {
        attempt: 1,
        status: 'failed' as const,
        httpStatus: 503,
        url: `https://llm.test/v1/${word()}`,
        contentType: 'application/json',
        headers: [
          { name: 'retry-after', value: '1' },
          { name: 'x-request-id', value: word() },
        ],
        request: { blob: await shared.blob() },
        response: { base64: toBase64(text()) },
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
      input: async (world) => ({
        ...(await opened(world)),
        exchangeId: newUuidV7(),
        leaseSeconds: 0.5,
        memoKey: toSha256(world.word()),
        force: true,
      }),
    },
    'with a memo key': {
      foreign: 'NOT_FOUND',
      input: async (world) => ({ ...(await opened(world)), memoKey: toSha256(world.word()) }),
    },
    'with a labelled prompt': {
      foreign: 'NOT_FOUND',
      input: async (world) => ({ ...(await opened(world)), prompt: await labelled(world) }),
    },
  },
  'exchanges.append': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const { exchangeId, streamed } = await streaming(world);
        return { exchangeId, attempt: 1, offset: streamed, bytes: { base64: toBase64(world.text()) } };
      },
    },
    'a later attempt': {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const { exchangeId } = await streaming(world);
        return { exchangeId, attempt: 2, offset: 0, bytes: { base64: toBase64(world.text()) } };
      },
    },
  },
  'exchanges.heartbeat': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ exchange }) => ({ exchangeId: await exchange('open') }),
    },
  },
  'exchanges.attempt': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const [failed] = (await closing(world)).attempts;
        return { exchangeId: await world.exchange('open'), ...failed, attempt: 1, status: 'failed' };
      },
    },
    'with what was appended': {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const { exchangeId, streamed } = await streaming(world);
        return { exchangeId, attempt: 1, status: 'completed', httpStatus: 200, response: { streamed } };
      },
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
    'with what was appended': {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const { exchangeId, streamed } = await streaming(world);
        const response = { streamed };
        return { exchangeId, response, attempts: [{ status: 'completed', httpStatus: 200, response }] };
      },
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
    'with what was appended': {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const { exchangeId } = await streaming(world);
        return { exchangeId, error: world.text() };
      },
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
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({
        exchangeId: await shared.exchange(),
        withPrompt: true,
        withResponse: true,
        asOf: FUTURE,
      }),
    },
  },
  'exchanges.list': {
    'of a step': {
      foreign: 'NOT_FOUND',
      input: async ({ api, runId, shared }) => {
        const { step } = await api.call('exchanges.get', { exchangeId: await shared.exchange() });
        const named = { name: step.name, key: step.key };
        return { runId, step: named, status: 'unparsed', limit: 10, order: 'newest', asOf: FUTURE };
      },
    },
    'across runs': {
      foreign: 'EMPTY',
      input: async ({ workflow, shared }) => {
        await shared.parse();
        const lastParse = { parser: 'fences', parserVersion: '2', status: 'completed' as const };
        return { workflow, step: { name: 'design_step' }, status: 'completed', lastParse, limit: 10 };
      },
    },
  },
  'exchanges.received': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({ exchangeId: (await streaming(world)).exchangeId, offset: 3 }),
    },
  },
  'exchanges.findResponse': {
    full: {
      foreign: 'OWN',
      input: async ({ api, shared }) => {
        const { attempts } = await api.call('exchanges.get', { exchangeId: await shared.exchange() });
        const requestSha256 = attempts[0]?.request?.id.slice(0, 64) ?? '';
        return { requestSha256, parsed: false };
      },
    },
  },
};

export const parseSamples: { [P in PathOf<'parses'>]: SamplesOf<P> } = {
  'parses.list': {
    'of a run': {
      foreign: 'NOT_FOUND',
      input: async ({ api, runId, shared }) => {
        const parseId = await shared.parse();
        const { items } = await api.call('parses.list', { runId, parser: 'fences' });
        const exchangeId = items.find(({ id }) => id === parseId)?.exchangeId ?? '';
        const { step: of } = await api.call('exchanges.get', { exchangeId });
        const step = { name: of.name, key: of.key };
        const parser = { parser: 'fences', parserVersion: '2' };
        return {
          runId,
          exchangeId,
          step,
          ...parser,
          status: 'completed',
          limit: 10,
          order: 'newest',
          asOf: FUTURE,
        };
      },
    },
    'across runs': {
      foreign: 'EMPTY',
      input: async ({ shared }) => {
        await shared.parse();
        return { parser: 'fences', limit: 10 };
      },
    },
  },
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
