import type { Env } from './env.ts';
import type { DatabaseOptions } from './open-database.ts';
import type { ServerOptions } from './start-server.ts';

/** The server as its environment wants it. */
export function toServerOptions(env: Env): ServerOptions {
  return {
    database: toDatabaseOptions(env),
    host: env.HOST,
    port: env.PORT,
    instanceKey: env.STEPLEDGER_INSTANCE_KEY,
    requireKey: env.STEPLEDGER_REQUIRE_KEY,
    allowedHosts: env.STEPLEDGER_ALLOWED_HOSTS,
    allowedOrigins: env.STEPLEDGER_ALLOWED_ORIGINS,
    maxConnections: env.STEPLEDGER_MAX_CONNECTIONS,
    shutdownMs: env.STEPLEDGER_SHUTDOWN_SECONDS * 1000,
    logLevel: env.LOG_LEVEL,
  };
}

/** DATABASE_URL, or the private PostgreSQL of the data directory. */
export function toDatabaseOptions(env: Env): DatabaseOptions {
  const poolSize = env.DATABASE_POOL_SIZE;
  if (env.DATABASE_URL === undefined) return { dataDir: env.STEPLEDGER_DATA_DIR, poolSize };
  return {
    url: env.DATABASE_URL,
    directUrl: env.DATABASE_DIRECT_URL,
    prepared: env.DATABASE_PREPARED,
    poolSize,
  };
}
