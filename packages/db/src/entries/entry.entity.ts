import { defineEntity, p } from '@mikro-orm/core';
import type { Change } from '@stepledger/contract';
import { integer, json, text, time, uuid } from '../columns.ts';

/** One line of a run's ledger. */
export const EntryEntity = defineEntity({
  name: 'Entry',
  tableName: 'entry',
  properties: {
    projectId: uuid().primary(),
    runId: uuid().primary(),
    revision: integer().primary(),
    at: time(),
    /**
     * The writing transaction, or that of the run's entry before where that is greater: a feed over all runs reads
     * in this order, below the oldest transaction that still runs.
     */
    xid: p.string().columnType('xid8').defaultRaw('pg_current_xact_id()'),
    actor: text(),
    kind: text(),
    changes: json<Change[]>(),
  },
});
