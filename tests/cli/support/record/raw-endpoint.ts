import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { constants, createGzip } from 'node:zlib';

export interface RawEndpointOptions {
  /** The body of every answer, in the pieces that it is sent in. */
  pieces: string[];
  encoding?: 'gzip';
  /** Headers of every answer beside its type and encoding, as they are to travel: each name before its value. */
  headers?: string[];
}

export interface RawEndpoint extends AsyncDisposable {
  readonly url: string;
  readonly received: { method: string; url: string; headers: IncomingHttpHeaders; body: Buffer }[];
  /** The bytes of the last answer as they travelled. */
  sent(): Buffer;
}

/** An endpoint that answers the same to everything, encoded on its way piece by piece, and keeps what travelled. */
export async function startRawEndpoint(options: RawEndpointOptions): Promise<RawEndpoint> {
  const { pieces, encoding, headers: more = [] } = options;
  const received: RawEndpoint['received'] = [];
  let sent: Buffer[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    received.push({ method, url, headers, body: await buffer(request) });
    sent = [];
    response.writeHead(200, [
      ...['content-type', encoding ? 'application/x-ndjson' : 'application/json'],
      ...(encoding ? ['content-encoding', encoding] : []),
      ...more,
    ]);
    const write = (chunk: Buffer) => {
      sent.push(chunk);
      response.write(chunk);
    };
    for (const chunk of encoding ? await gzipped(pieces) : pieces.map((piece) => Buffer.from(piece)))
      write(chunk);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    sent: () => Buffer.concat(sent),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** One stream, flushed after each piece as servers do that compress events. */
async function gzipped(pieces: readonly string[]): Promise<Buffer[]> {
  const gzip = createGzip();
  const chunks: Buffer[] = [];
  gzip.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const piece of pieces) {
    gzip.write(piece);
    await new Promise<void>((resolve) => gzip.flush(constants.Z_SYNC_FLUSH, () => resolve()));
  }
  gzip.end();
  await once(gzip, 'end');
  return chunks;
}
