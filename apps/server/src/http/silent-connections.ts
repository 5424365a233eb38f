import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Knows the connections on which nothing was asked yet; the function that it answers closes them.
 *
 * Callers open some in advance, and Node takes such a one for busy: a server that stops would wait for it.
 */
export function trackSilentConnections(server: Server): () => void {
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return () => {
    for (const socket of silent) if (socket.bytesRead === 0) socket.destroy();
  };
}
