import { Migration0001Ledger } from './migration-0001-ledger.ts';
import { Migration0002DurableSteps } from './migration-0002-durable-steps.ts';
import { Migration0003ChunkedBlobs } from './migration-0003-chunked-blobs.ts';

/** Every migration, oldest first. A released one is never edited. */
export const MIGRATIONS = [
  { name: '0001-ledger', class: Migration0001Ledger },
  { name: '0002-durable-steps', class: Migration0002DurableSteps },
  { name: '0003-chunked-blobs', class: Migration0003ChunkedBlobs },
];
