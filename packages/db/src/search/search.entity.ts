import { defineEntity, p } from '@mikro-orm/core';
import { bytes, flag, integer, text, texts, time, uuid } from '../columns.ts';

/**
 * A piece of a searchable text, or a text that is one piece.
 *
 * `part` 0 and below stands for a whole text and is what a search finds. Of a text of several pieces it has all their
 * words without places, and the pieces follow as parts 1, 2, 3, ...
 */
export const SearchChunkEntity = defineEntity({
  name: 'SearchChunk',
  tableName: 'search_chunk',
  properties: {
    projectId: uuid().primary(),
    /** The document, prompt or exchange. */
    sourceId: uuid().primary(),
    /** The version of a document or prompt, the place of a message counted from 1, 0 of a response. */
    item: integer().primary(),
    part: integer().primary(),
    /** 0 when the whole text is in this row, else how many pieces there are. */
    parts: integer(),
    /** `d` head of a document, `o` older version, `t` template, `m` message, `a` answer of an LLM. */
    type: text(),
    /** When it was written, in microseconds since 1970: what `newest` means. */
    at: p.bigint().columnType('bigint'),
    runId: uuid().nullable(),
    /** At which it was written; of a message and an answer that at which their exchange was opened. */
    revision: integer().nullable(),
    stepId: uuid().nullable(),
    step: text().nullable(),
    kind: text().nullable(),
    workflowId: uuid().nullable(),
    /** Title, key, kind and tags, or the name of the prompt or step. */
    label: text(),
    /** The text but for NUL and lone surrogates, which PostgreSQL cannot hold. */
    body: text(),
    tsv: p.string().columnType('tsvector'),
  },
});

/** Periods of a project, each with about five hundred texts, so that the newest matches are found without the rest. */
export const SearchBucketEntity = defineEntity({
  name: 'SearchBucket',
  tableName: 'search_bucket',
  properties: {
    projectId: uuid().primary(),
    fromAt: p.bigint().columnType('bigint').primary(),
    bucket: integer(),
    rows: integer(),
    /** That nothing is added at its end any more. */
    closed: flag(),
  },
});

/** The messages of a run that are indexed, each with the exchange that sent it first. */
export const SearchMessageEntity = defineEntity({
  name: 'SearchMessage',
  tableName: 'search_message',
  properties: {
    projectId: uuid().primary(),
    runId: uuid().primary(),
    hash: bytes().primary(),
    exchangeId: uuid(),
  },
});

/** The words of a project, for those who mistype them. */
export const SearchWordEntity = defineEntity({
  name: 'SearchWord',
  tableName: 'search_word',
  properties: {
    projectId: uuid().primary(),
    word: text().primary(),
    grams: texts(),
  },
});

/** What is stored and not indexed yet: a commit by its run and revision, or a version of a prompt. */
export const SearchPendingEntity = defineEntity({
  name: 'SearchPending',
  tableName: 'search_pending',
  properties: {
    projectId: uuid().primary(),
    /** From before the index was there. */
    backlog: flag().primary(),
    kind: text().primary(),
    id: uuid().primary(),
    revision: integer().primary(),
    /** Until when a server says that it is at it. */
    takenUntil: time().nullable(),
  },
});
