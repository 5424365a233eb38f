import { defineEntity } from '@mikro-orm/core';
import type { BlobEncoding, JsonObject, Usage, VersionRef } from '@stepledger/contract';
import { bytes, double, integer, json, text, time, uuid } from '../columns.ts';

export const ExchangeEntity = defineEntity({
  name: 'Exchange',
  tableName: 'exchange',
  properties: {
    projectId: uuid().primary(),
    id: uuid().primary(),
    runId: uuid(),
    stepId: uuid(),
    openedRevision: integer(),
    openedAt: time(),
    closedRevision: integer().nullable(),
    closedAt: time().nullable(),
    /** `interrupted` is not stored: it is derived from `leaseUntil`. */
    status: text().$type<'pending' | 'streaming' | 'completed' | 'failed'>(),
    leaseUntil: time().nullable(),
    /** By how much each sign of life renews `leaseUntil`; null when it was closed as it was made. */
    leaseSeconds: double().nullable(),
    /** The newest attempt that bytes were appended for, or that was stored with its response. */
    streamAttempt: integer().nullable(),
    /** How many bytes it has so far, in chunks; null once its response is stored with it. */
    streamBytes: integer().nullable(),
    promptId: uuid().nullable(),
    promptVersion: integer().nullable(),
    /** JSON text, since variables are exact. */
    variables: text().nullable(),
    uses: json<VersionRef[]>(),
    /** The last message of the chain that was sent; null once purged. */
    promptHash: bytes().nullable(),
    messageCount: integer(),
    /** Of `askedMemoKey` and `uses`: at most one exchange of a step that has not failed holds a key. */
    memoKey: bytes().nullable(),
    /** What the caller asked for; kept when a forced exchange takes the key, at `memoLostRevision`. */
    askedMemoKey: bytes().nullable(),
    memoLostRevision: integer().nullable(),
    provider: text().nullable(),
    model: text().nullable(),
    responseModel: text().nullable(),
    /** JSON text, so that a declared 1.10 stays 1.10 once it is sent as text. */
    parameters: text().nullable(),
    responseSha256: bytes().nullable(),
    responseEncoding: text().$type<BlobEncoding>().nullable(),
    responseSize: integer().nullable(),
    usage: json<Usage>().nullable(),
    /** The manifest of the context that the messages were built with. */
    contextSha256: bytes().nullable(),
    contextEncoding: text().$type<BlobEncoding>().nullable(),
    /** JSON text. */
    error: text().nullable(),
    metadata: json<JsonObject>(),
    startedAt: time().nullable(),
    firstByteMs: integer().nullable(),
    totalMs: integer().nullable(),
    /** Numbers the parses; counted here so that concurrent ones get different numbers. */
    parseCount: integer(),
    /** The revision of the first parse that succeeded. */
    parsedRevision: integer().nullable(),
    purgedRevision: integer().nullable(),
    /** The exchange that this one is a copy of, in the run that its run was forked from. */
    originId: uuid().nullable(),
  },
});

export const ExchangeAttemptEntity = defineEntity({
  name: 'ExchangeAttempt',
  tableName: 'exchange_attempt',
  properties: {
    projectId: uuid().primary(),
    exchangeId: uuid().primary(),
    attempt: integer().primary(),
    status: text().$type<'completed' | 'failed'>(),
    httpStatus: integer().nullable(),
    /** JSON text. */
    url: text().nullable(),
    contentType: text().nullable(),
    /** JSON text of the response's headers; null where they were not recorded. */
    headers: text().nullable(),
    requestSha256: bytes().nullable(),
    requestEncoding: text().$type<BlobEncoding>().nullable(),
    responseSha256: bytes().nullable(),
    responseEncoding: text().$type<BlobEncoding>().nullable(),
    /** JSON text. */
    error: text().nullable(),
    startedAt: time().nullable(),
    firstByteMs: integer().nullable(),
    totalMs: integer().nullable(),
  },
});

/** Bytes of a response that is still arriving; closing the exchange folds them into a blob. */
export const ExchangeChunkEntity = defineEntity({
  name: 'ExchangeChunk',
  tableName: 'exchange_chunk',
  properties: {
    projectId: uuid().primary(),
    exchangeId: uuid().primary(),
    attempt: integer().primary(),
    /** Where they begin in the attempt's response. */
    byteOffset: integer().primary(),
    bytes: bytes(),
  },
});

/** A conversation as a chain: a message's hash covers its parent, so sending it again stores only what is new. */
export const MessageEntity = defineEntity({
  name: 'Message',
  tableName: 'message',
  properties: {
    projectId: uuid().primary(),
    hash: bytes().primary(),
    parentHash: bytes().nullable(),
    role: text(),
    format: text().$type<'text' | 'json'>(),
    sha256: bytes(),
    encoding: text().$type<BlobEncoding>(),
  },
});
