import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import type { AttemptOutcome } from '../src/recording/attempt.ts';
import { type CaptureOptions, captureAttempt } from '../src/recording/capture-attempt.ts';
import { findProtocol } from '../src/recording/protocols/find-protocol.ts';

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** An HTTP server of its own for a test. */
export async function startServer(handler: Handler) {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Captures a call of a chat completion, unless told otherwise. */
export function capture(
  url: string,
  { path = '/v1/chat/completions', ...given }: Partial<CaptureOptions> & { path?: string } = {},
) {
  const pieces: Uint8Array[] = [];
  const input = `${url}${path}`;
  const captured = captureAttempt({
    fetch: globalThis.fetch,
    input,
    init: { method: 'POST', body: '{}' },
    protocol: findProtocol(new URL(input)),
    onBytes: (bytes) => pieces.push(bytes),
    ...given,
  });
  return { ...captured, told: () => Buffer.concat(pieces).toString() };
}

export const bodyOf = (outcome: AttemptOutcome) =>
  outcome.response && Buffer.from(outcome.response).toString();
export const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('nothing was thrown'),
    (error: unknown) => error,
  );

export const CHUNK = 'data: {"model":"gpt-5","choices":[{"index":0,"delta":{"content":"Grüße"}}]}\n\n';
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":12}}\n\n';
export const DONE = 'data: [DONE]\n\n';
export const STREAM = CHUNK + USAGE + DONE;
export const SSE = { 'content-type': 'text/event-stream' };
export const sends =
  (...parts: string[]): Handler =>
  (_, response) => {
    response.writeHead(200, SSE);
    for (const part of parts) response.write(part);
    response.end();
  };
export const sendsAndStays =
  (...parts: string[]): Handler =>
  (_, response) => {
    response.writeHead(200, SSE);
    for (const part of parts) response.write(part);
  };
