import { Migration0001Ledger } from './migration-0001-ledger.ts';
import { Migration0002DurableSteps } from './migration-0002-durable-steps.ts';
import { Migration0003ChunkedBlobs } from './migration-0003-chunked-blobs.ts';
import { Migration0004AsOf } from './migration-0004-as-of.ts';
import { Migration0005Subtasks } from './migration-0005-subtasks.ts';
import { Migration0006Live } from './migration-0006-live.ts';
import { Migration0007Lineage } from './migration-0007-lineage.ts';
import { Migration0008Forks } from './migration-0008-forks.ts';
import { Migration0009Context } from './migration-0009-context.ts';
import { Migration0010Search } from './migration-0010-search.ts';
import { Migration0011Overviews } from './migration-0011-overviews.ts';
import { Migration0012ResponseHeaders } from './migration-0012-response-headers.ts';

/** Every migration, oldest first. A released one is never edited. */
export const MIGRATIONS = [
  { name: '0001-ledger', class: Migration0001Ledger },
  { name: '0002-durable-steps', class: Migration0002DurableSteps },
  { name: '0003-chunked-blobs', class: Migration0003ChunkedBlobs },
  { name: '0004-as-of', class: Migration0004AsOf },
  { name: '0005-subtasks', class: Migration0005Subtasks },
  { name: '0006-live', class: Migration0006Live },
  { name: '0007-lineage', class: Migration0007Lineage },
  { name: '0008-forks', class: Migration0008Forks },
  { name: '0009-context', class: Migration0009Context },
  { name: '0010-search', class: Migration0010Search },
  { name: '0011-overviews', class: Migration0011Overviews },
  { name: '0012-response-headers', class: Migration0012ResponseHeaders },
];
