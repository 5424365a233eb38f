import { Migration0001Ledger } from './migration-0001-ledger.ts';

/** Every migration, oldest first. A released one is never edited. */
export const MIGRATIONS = [{ name: '0001-ledger', class: Migration0001Ledger }];
