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

/** That a version is fine although an input of it has moved to another version, with a revision of its own run. */
export const LinkAcceptEntity = defineEntity({
  name: 'LinkAccept',
  tableName: 'link_accept',
  properties: {
    projectId: uuid().primary(),
    documentId: uuid().primary(),
    version: integer().primary(),
    inputDocumentId: uuid().primary(),
    inputVersion: integer().primary(),
    runId: uuid(),
    revision: integer().primary(),
  },
});
