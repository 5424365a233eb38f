import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { CHUNK, capture, DONE, STREAM } from '../../test/captures.ts';
import { createExchangeCalls } from '../../test/exchange-calls.ts';
import type { CreateBodyDecoder } from './body-decoder.ts';
import { createRecordedFetch } from './recorded-fetch.ts';

/** Decodes at the end only, later than the body: the slowest that a decoder may be. */
const createDecoder: CreateBodyDecoder = (encoding, onBytes) => {
  if (encoding !== 'gzip') return null;
  const pieces: Uint8Array[] = [];
  return {
    push: (bytes) => pieces.push(bytes),
    end: () =>
      new Promise((resolve) =>
        zlib.gunzip(Buffer.concat(pieces), (error, decoded) => {
          if (error === null) onBytes(decoded);
          resolve(error === null);
        }),
      ),
  };
};

/** What a fetch hands out that decodes nothing. */
const sendsEncoded =
  (body: Uint8Array<ArrayBuffer>, encoding = 'gzip') =>
  async () =>
    new Response(body, { headers: { 'content-type': 'text/event-stream', 'content-encoding': encoding } });

test('a body that came encoded is kept and handed on as it came, and read as what it is', async () => {
  const encoded = new Uint8Array(zlib.gzipSync(STREAM));
  const { response, ended } = capture('https://llm.example', { fetch: sendsEncoded(encoded), createDecoder });

  expect(await (await response).bytes()).toEqual(encoded);
  expect(await ended).toMatchObject({
    status: 'completed',
    response: encoded,
    text: 'Grüße',
    responseModel: 'gpt-5',
    usage: { inputTokens: 9, outputTokens: 12 },
  });
});

test('an answer without its end mark is a failure in any encoding', async () => {
  const encoded = new Uint8Array(zlib.gzipSync(CHUNK));
  const { ended } = capture('https://llm.example', { fetch: sendsEncoded(encoded), createDecoder });
  expect(await ended).toMatchObject({ status: 'failed', error: 'The answer ended without its end mark' });
});

test('what cannot be decoded is a failure, and kept', async () => {
  const cut = new Uint8Array(zlib.gzipSync(CHUNK + DONE)).slice(0, -4);
  const { ended } = capture('https://llm.example', { fetch: sendsEncoded(cut), createDecoder });
  const error = 'The answer could not be decoded as its content-encoding says';
  expect(await ended).toMatchObject({ status: 'failed', error, response: cut });
});

test('an answer in an encoding that is not known is whole when its body ends', async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const { ended } = capture('https://llm.example', { fetch: sendsEncoded(bytes, 'compress'), createDecoder });
  expect(await ended).toMatchObject({ status: 'completed', response: bytes });
});

test('the messages of an encoded request are read, what is stored of the attempt stays as it was sent', async () => {
  const { recorder, inputsOf } = createExchangeCalls();
  const begun: string[] = [];
  const call = {
    runId: 'run',
    step: { name: 'design_step', key: '' },
    createDecoder,
    onExchange: (id: string) => begun.push(id),
  };
  const send = createRecordedFetch(recorder, call, async () => new Response('{}'));
  const sent = { model: 'gpt-5', messages: [{ role: 'user', content: 'Design.' }] };
  const body = new Uint8Array(zlib.gzipSync(JSON.stringify(sent)));

  const headers = { 'content-encoding': 'gzip' };
  await send('https://llm.example/v1/chat/completions', { method: 'POST', headers, body });
  await recorder.flush();

  expect(inputsOf('open')).toMatchObject([{ model: 'gpt-5', messages: [{ content: 'Design.' }] }]);
  expect(inputsOf('complete')).toMatchObject([{ attempts: [{ request: body }] }]);
  expect(begun).toEqual(inputsOf('open').map(({ exchangeId }) => exchangeId));
});
