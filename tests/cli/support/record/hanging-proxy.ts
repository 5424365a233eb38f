import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface HangingProxy extends AsyncDisposable {
  readonly url: string;
  /** Resolves when the first request is left without an answer; none has one from then on. */
  readonly hanging: Promise<void>;
  answerAgain(): void;
}

/** Stands before a server, and from a request on that is for a certain path or names it, answers nothing. */
export async function startHangingProxy(target: string, from: RegExp): Promise<HangingProxy> {
  const { promise: hanging, resolve } = Promise.withResolvers<void>();
  let answers = true;
  let isOver = false;
  const server = createServer(async (request, response) => {
    if (!isOver && from.test(request.url ?? '')) {
      answers = false;
      resolve();
    }
    const body = await buffer(request).catch(() => null);
    if (!answers || body === null) return;
    const { method = 'GET', headers } = request;
    const sent = Object.entries(headers).filter(
      ([name]) => !/^(?:host|connection|content-length)$/.test(name),
    );
    const answer = await fetch(`${target}${request.url}`, {
      method,
      headers: sent as [string, string][],
      body: body.length > 0 ? new Uint8Array(body) : null,
    });
    const own = [...answer.headers].filter(
      ([name]) => !/^(?:connection|keep-alive|transfer-encoding)$/.test(name),
    );
    response.writeHead(answer.status, Object.fromEntries(own)).end(await answer.bytes());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hanging,
    answerAgain() {
      isOver = true;
      answers = true;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
