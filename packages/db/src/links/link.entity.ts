import { defineEntity } from '@mikro-orm/core';
import type { LinkRelation } from '@stepledger/contract';
import { integer, text, uuid } from '../columns.ts';

/** Lineage between exact versions, written in the ledger of the run that `from` belongs to. */
export const LinkEntity = defineEntity({
  name: 'Link',
  tableName: 'link',
  properties: {
    projectId: uuid().primary(),
    fromDocumentId: uuid().primary(),
    fromVersion: integer().primary(),
    relation: text().$type<LinkRelation>().primary(),
    toDocumentId: uuid().primary(),
    toVersion: integer().primary(),
    runId: uuid(),
    revision: integer().primary(),
    removedRevision: integer().nullable(),
  },
});
