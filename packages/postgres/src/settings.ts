import type { SocketDir } from './socket-dir.ts';

/** The only role, and the database that every cluster has. */
export const USER = 'stepledger';
export const DATABASE = 'stepledger';

/** Names the socket file too (`.s.PGSQL.5432`); nothing listens on the TCP port of this number. */
export const SOCKET_PORT = 5432;

/** Where clients reach the server: a private socket directory, or on Windows a loopback port. */
export type Endpoint =
  | { readonly socketDir: SocketDir }
  | { readonly port: number; readonly password: string };

/**
 * Every setting that matters to us, given on the command line at each start.
 *
 * There they belong to this version of the code; in postgresql.conf they would belong to the version that created
 * the cluster. An operator who wants to tune PostgreSQL runs one of his own behind DATABASE_URL.
 */
export function serverSettings(endpoint: Endpoint, durable: boolean): string[] {
  const settings: Record<string, string> = {
    ...('socketDir' in endpoint
      ? { listen_addresses: '', unix_socket_directories: endpoint.socketDir.path, port: String(SOCKET_PORT) }
      : { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(endpoint.port) }),
    max_connections: '100',
    shared_buffers: '128MB',
    // Containers often give /dev/shm 64 MB, which parallel queries overrun; our queries are short.
    max_parallel_workers_per_gather: '0',
    max_parallel_maintenance_workers: '0',
    jit: 'off',
    // A new database has no statistics until autovacuum's first look, and its plans are guesses until then.
    autovacuum_naptime: '10s',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // What users store must not reach a log: neither failing statements nor the values that an error quotes.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    logging_collector: 'off',
    log_destination: 'stderr',
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * The connection URL of a database.
 *
 * The socket directory stands percent-encoded in the host's place. That form is read by libpq (psql, pg_dump),
 * by node-postgres, and by everything that uses `new URL`, such as MikroORM; the form `@/db?host=` is not a valid
 * URL for the last. `sslmode=disable` keeps a PGSSLMODE of the environment from asking a socket for TLS.
 */
export function urlOf(endpoint: Endpoint, database: string): string {
  const name = encodeURIComponent(database);
  if ('socketDir' in endpoint) {
    return `postgres://${USER}@${encodeURIComponent(endpoint.socketDir.path)}:${SOCKET_PORT}/${name}?sslmode=disable`;
  }
  return `postgres://${USER}:${endpoint.password}@127.0.0.1:${endpoint.port}/${name}?sslmode=disable`;
}
