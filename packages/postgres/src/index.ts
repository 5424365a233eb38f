export { PostgresError, type PostgresErrorCode, type PostgresErrorDetails } from './postgres-error.ts';
export { type ManagedPostgres, type StartPostgresOptions, startPostgres } from './start-postgres.ts';
