export { type Env, loadEnv } from './env.ts';
export { createLog, type LogLevel } from './log.ts';
export type { DatabaseOptions, ExternalDatabase, ManagedDatabase } from './open-database.ts';
export { toServerOptions } from './server-options.ts';
export { StartError, type StartErrorCode } from './start-error.ts';
export { type RunningServer, type ServerOptions, startServer } from './start-server.ts';
export { VERSION } from './version.ts';
