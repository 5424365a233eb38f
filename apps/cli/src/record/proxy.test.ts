import { expect, onTestFinished, test } from 'vitest';
import { openProxy } from './proxy.ts';
import { resolveUpstreams, type UpstreamFlags } from './upstreams.ts';

/** A proxy to LLMs that answer what they were asked for. */
async function open(flags: UpstreamFlags) {
  const faults: unknown[] = [];
  const proxy = await openProxy({
    upstreams: resolveUpstreams(flags, {}),
    port: 0,
    recordings: { fetchFor: () => Promise.reject(new Error('Nothing is to be recorded here')) },
    llmFetch: async (input) => new Response(String(input)),
    onFault: (fault) => faults.push(fault),
  });
  onTestFinished(() => proxy[Symbol.asyncDispose]());
  const get = async (url: string) => {
    const response = await fetch(url);
    return { status: response.status, text: await response.text() };
  };
  const urlOf = (provider: 'openai' | 'ollama') => proxy.urls.get(provider) ?? '';
  return { urlOf, get, faults };
}

test('a path goes on as it is written, behind the path of its upstream', async () => {
  const { urlOf, get } = await open({ openai: 'http://llm/base/v1' });
  const asked = await get(`${urlOf('openai')}/a%2Fb//c;d?e=%41&f`);
  expect(asked).toEqual({ status: 200, text: 'http://llm/base/v1/a%2Fb//c;d?e=%41&f' });
  expect((await get(urlOf('openai'))).text).toBe('http://llm/base/v1');
});

test('without the token, or beside its provider, nothing is found', async () => {
  const { urlOf, get } = await open({});
  const { origin, pathname } = new URL(urlOf('openai'));
  expect(pathname).toMatch(/^\/[0-9a-f]{32}\/openai$/);
  for (const path of ['/', '/v1/models', `/${'0'.repeat(32)}/openai/models`, `${pathname}x/models`]) {
    expect(await get(`${origin}${path}`)).toEqual({
      status: 404,
      text: expect.stringContaining('stepledger record: Nothing is here'),
    });
  }
});

test('Ollama has a port of its own, whose paths have no token unless its upstream has a password', async () => {
  const plain = await open({ ollama: 'http://llm' });
  expect(new URL(plain.urlOf('ollama')).pathname).toBe('/');
  expect((await plain.get(`${plain.urlOf('ollama')}/api/tags`)).text).toBe('http://llm/api/tags');
  const guarded = await open({ ollama: 'http://user:password@llm' });
  expect(new URL(guarded.urlOf('ollama')).pathname).toMatch(/^\/[0-9a-f]{32}\/ollama$/);
});

test('a fault of ours is told, and the program gets a 502 that says no more', async () => {
  const { urlOf, faults } = await open({ openai: 'http://llm/v1' });
  const response = await fetch(`${urlOf('openai')}/chat/completions`, { method: 'POST', body: '{}' });
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({
    error: { message: 'stepledger record: http://llm could not be asked: a fault of Stepledger' },
  });
  expect(faults).toEqual([new Error('Nothing is to be recorded here')]);
});
