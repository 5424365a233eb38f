import type { Server } from 'node:http';
import { DEFAULT_PORT } from '../env.ts';
import { StartError } from '../start-error.ts';
import { isLoopback } from './loopback.ts';

/** How many ports after the default one are tried. */
const MAX_TRIES = 100;

/**
 * Listens on the port that was named; where nobody named one, on the default port or the next free one.
 *
 * @throws StartError PORT_TAKEN or CANNOT_LISTEN. Answers the port.
 */
export async function listen(server: Server, host: string, named: number | undefined): Promise<number> {
  const first = named ?? DEFAULT_PORT;
  const tries = named === undefined ? MAX_TRIES : 1;
  for (let port = first; port < first + tries; port += 1) {
    const failure = await tryListen(server, host, port);
    if (failure === null) return boundPort(server, host);
    if (failure.code !== 'EADDRINUSE') throw cannotListen(host, port, failure);
  }
  const advice = 'name another by PORT, or leave PORT out to take the next free one';
  throw new StartError(
    'PORT_TAKEN',
    named === undefined
      ? `The ports ${first} to ${first + tries - 1} of ${host} are all taken; name a free one by PORT`
      : `Port ${named} of ${host} is taken by another program; ${advice}`,
  );
}

function tryListen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException) => {
      server.removeListener('listening', onListening);
      resolve(error);
    };
    const onListening = () => {
      server.removeListener('error', onError);
      resolve(null);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen({ host, port });
  });
}

/** Also makes sure that `localhost` led to where nobody else can reach. */
function boundPort(server: Server, host: string): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw cannotListen(host, 0, undefined);
  if (isLoopback(host) && !isLoopback(address.address)) {
    server.close();
    throw new StartError(
      'CANNOT_LISTEN',
      `${host} resolves to ${address.address}, which is not loopback; use 127.0.0.1`,
    );
  }
  return address.port;
}

const REASONS: Record<string, string> = {
  EACCES: 'this user may not listen there; ports below 1024 often need root',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'that name does not resolve',
};

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException | undefined): StartError {
  const code = cause?.code ?? 'unknown';
  const reason = REASONS[code] ?? `the system answered ${code}`;
  return new StartError('CANNOT_LISTEN', `Cannot listen on ${host}, port ${port}: ${reason}`, { cause });
}
