import { defineEntity } from '@mikro-orm/core';
import type { BlobEncoding, JsonObject } from '@stepledger/contract';
import { bytes, flag, integer, json, text, texts, time, uuid } from '../columns.ts';

/**
 * A document and what its head shows.
 *
 * The head's attributes stand here and in its version: a write inherits them from this row, which it has
 * locked, since the newest version may be younger than the statement's snapshot.
 */
export const DocumentEntity = defineEntity({
  name: 'Document',
  tableName: 'document',
  properties: {
    projectId: uuid().primary(),
    id: uuid().primary(),
    runId: uuid(),
    kind: text(),
    key: text(),
    createdRevision: integer(),
    createdAt: time(),
    headVersion: integer(),
    headStepId: uuid().nullable(),
    headTitle: text().nullable(),
    headStatus: text().nullable(),
    headTags: texts(),
    headMetadata: json<JsonObject>(),
    /** Null once the head is purged. */
    headSha256: bytes().nullable(),
    headEncoding: text().$type<BlobEncoding>().nullable(),
    headSize: integer().nullable(),
    headDeleted: flag(),
    claimHolder: text().nullable(),
    claimUntil: time().nullable(),
    /** Names the claim: a holder that lost it and took it again holds another. */
    claimRevision: integer().nullable(),
    /** The document that this one is a copy of, in the run that its run was forked from. */
    originId: uuid().nullable(),
    /** Whether its head came with the fork: lists across runs leave it to the run that it is of. */
    inherited: flag().default(false),
  },
});

/** Immutable but for the mark of a purge, which also takes the reference to its text away. */
export const DocumentVersionEntity = defineEntity({
  name: 'DocumentVersion',
  tableName: 'document_version',
  properties: {
    projectId: uuid().primary(),
    documentId: uuid().primary(),
    version: integer().primary(),
    runId: uuid(),
    revision: integer(),
    /** Its place among the writes of its revision. */
    position: integer(),
    at: time(),
    stepId: uuid().nullable(),
    change: text().$type<'create' | 'text' | 'attributes' | 'restore' | 'delete'>(),
    title: text().nullable(),
    status: text().nullable(),
    tags: texts(),
    metadata: json<JsonObject>(),
    sha256: bytes().nullable(),
    encoding: text().$type<BlobEncoding>().nullable(),
    size: integer().nullable(),
    exchangeId: uuid().nullable(),
    parseId: uuid().nullable(),
    author: text().nullable(),
    /** JSON text. */
    note: text().nullable(),
    purgedRevision: integer().nullable(),
  },
});
