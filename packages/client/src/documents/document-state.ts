import type { Document, JsonObject, WrittenDocument } from '@stepledger/contract';

/** What can be said of a document beside its text. */
export interface DocumentAttributes {
  title: string | null;
  status: string | null;
  tags: string[];
  metadata: JsonObject;
}

/** What a handle knows of the version it holds; what it does not know is undefined. */
export interface DocumentState extends Partial<DocumentAttributes> {
  id: string;
  runId: string;
  kind: string;
  key: string;
  version: number;
  text?: string | undefined;
  gone: 'deleted' | 'purged' | null;
}

/** The attributes and the text that a write carries, as far as it names them. */
export interface WrittenFields {
  text?: unknown;
  title?: string | null | undefined;
  status?: string | null | undefined;
  tags?: string[] | undefined;
  metadata?: JsonObject | undefined;
}

const FIRST: DocumentAttributes = { title: null, status: null, tags: [], metadata: {} };

export function stateOfDocument(document: Document): DocumentState {
  const { id, runId, kind, key, version, title, status, tags, metadata, text, deleted, purged } = document;
  const gone = purged ? 'purged' : deleted ? 'deleted' : null;
  const known = { id, runId, kind, key, version, title, status, tags, metadata, gone } as const;
  return { ...known, text: text ?? undefined };
}

/** What is known after a write without asking: what it said, and in a first version also what it left out. */
export function stateOfWrite(written: WrittenDocument, runId: string, fields: WrittenFields): DocumentState {
  const { documentId: id, kind, key, version } = written;
  const text = typeof fields.text === 'string' ? fields.text : undefined;
  const before = version === 1 ? FIRST : {};
  return { id, runId, kind, key, version, gone: null, ...before, ...givenAttributes(fields), text };
}

export function givenAttributes(fields: WrittenFields): Partial<DocumentAttributes> {
  const { title, status, tags, metadata } = fields;
  return {
    ...(title !== undefined && { title }),
    ...(status !== undefined && { status }),
    ...(tags !== undefined && { tags }),
    ...(metadata !== undefined && { metadata }),
  };
}
