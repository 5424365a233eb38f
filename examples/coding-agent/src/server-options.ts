import type { Env, ServerOptions } from '@stepledger/server';

/** The server as its environment wants it, as `apps/server` itself starts it. */
export function toServerOptions(env: Env): ServerOptions {
  const poolSize = env.DATABASE_POOL_SIZE;
  return {
    database:
      env.DATABASE_URL === undefined
        ? { dataDir: env.STEPLEDGER_DATA_DIR, poolSize }
        : {
            url: env.DATABASE_URL,
            directUrl: env.DATABASE_DIRECT_URL,
            prepared: env.DATABASE_PREPARED,
            poolSize,
          },
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
