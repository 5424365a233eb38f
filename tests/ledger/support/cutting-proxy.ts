import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * Where a connection breaks: in the middle of the request, when the whole answer is there but none of it has gone
 * back, or in the middle of the answer.
 */
export type Cut = 'request' | 'before the answer' | 'in the answer';

export interface CuttingProxy extends AsyncDisposable {
  readonly url: string;
  /** Breaks the next connections, one cut each, in this order. */
  cut(...cuts: Cut[]): void;
  /** How many cuts have been made. */
  readonly made: number;
}

/** Stands between a client and its server, and breaks connections on demand; the server never notices before it answers. */
export async function openCuttingProxy(serverUrl: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(serverUrl);
  const planned: Cut[] = [];
  let made = 0;
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // The other side of a broken connection.
      socket.on('error', () => socket.destroy());
    }
    let cut: Cut | undefined;
    let broken = false;
    const breakOff = () => {
      broken = true;
      made += 1;
      client.destroy();
    };
    client.on('data', (chunk: Buffer) => {
      if (broken) return;
      cut ??= planned.shift();
      if (cut !== 'request') return void upstream.write(chunk);
      upstream.end(half(chunk));
      breakOff();
    });
    upstream.on('data', (chunk: Buffer) => {
      if (broken) return;
      if (cut === undefined) return void client.write(chunk);
      if (cut === 'before the answer') return breakOff();
      broken = true;
      client.write(half(chunk), breakOff);
    });
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}`,
    cut: (...cuts) => void planned.push(...cuts),
    get made() {
      return made;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server, 'close');
    },
  };
}

function half(chunk: Buffer): Buffer {
  return chunk.subarray(0, Math.floor(chunk.length / 2));
}
