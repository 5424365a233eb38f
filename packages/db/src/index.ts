export type { NewKey, OperatorKey } from './api-keys/operator-keys.ts';
export { type Database, type DatabaseOptions, openDatabase } from './database.ts';
export { NewerSchemaError } from './migrator.ts';
export { STEPLEDGER_VERSION } from './version.ts';
