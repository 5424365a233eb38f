import { type AnyStepledgerError, type Document, isLedgerError, type Stepledger } from '@stepledger/client';
import { formatStepRef, parseStepRef } from '../../refs/parse-refs.ts';
import type { DocumentName } from '../layouts/layout.ts';
import type { Save, VersionState } from '../plan/decide.ts';

/** A document at its newest version, without its text. */
export interface Head extends DocumentName {
  id: string;
  version: number;
  deleted: boolean;
  purged: boolean;
  /** Of the text as UTF-8; null when it has none or cannot be UTF-8. */
  sha256: string | null;
  attributes: VersionState['attributes'];
}

/** The documents of one run, as sync needs them. */
export interface RunDocuments {
  /** Every document, deleted ones too, in the order in which they were made. */
  heads(): Promise<Head[]>;
  head(documentId: string): Promise<Head>;
  find(name: DocumentName): Promise<Head | null>;
  /** A version with its text; null when its text was purged. */
  version(documentId: string, version: number): Promise<VersionState | null>;
  /** The newest version that has exactly this text, by its hash; null when none has. */
  findText(documentId: string, sha256: string): Promise<number | null>;
  /** Saves the first version of a document, or the next one of a deleted one. */
  create(name: DocumentName, save: Save): Promise<{ id: string; version: number }>;
  /** Answers the version that it made. */
  save(documentId: string, save: Save): Promise<number>;
  delete(documentId: string, expectedVersion: number): Promise<void>;
}

export function createRunDocuments(ledger: Stepledger, runId: string): RunDocuments {
  const { documents } = ledger;
  return {
    async heads() {
      const list = await documents.list({ runId, withText: false, includeDeleted: true, limit: 500 }).all();
      return list.map(toHead);
    },
    async head(documentId) {
      return toHead(await documents.get({ documentId, withText: false, includeDeleted: true }));
    },
    async find(name) {
      try {
        return toHead(await documents.get({ ...name, runId, withText: false, includeDeleted: true }));
      } catch (error) {
        if (isLedgerError(error) && error.code === 'NOT_FOUND') return null;
        throw error;
      }
    },
    async version(documentId, version) {
      try {
        const found = await documents.get({ documentId, version, includeDeleted: true });
        return { version, text: found.text, attributes: toAttributes(found) };
      } catch (error) {
        if (isLedgerError(error) && error.code === 'PURGED') return null;
        throw error;
      }
    },
    async findText(documentId, sha256) {
      let newest: number | null = null;
      for await (const found of documents.history({ documentId, limit: 500 })) {
        if (found.content?.id === `${sha256}.utf8`) newest = found.version;
      }
      return newest;
    },
    async create({ kind, key }, { step, ...save }) {
      const written = await documents.put({
        runId,
        kind,
        key,
        ...given(save),
        text: save.text ?? '',
        ...inStep(step),
      });
      return { id: written.documentId, version: written.version };
    },
    async save(documentId, { step, ...save }) {
      const written = await documents.update({ documentId, ...given(save), ...inStep(step) });
      return written.version;
    },
    async delete(documentId, expectedVersion) {
      await documents.delete({ documentId, expectedVersion });
    },
  };
}

/** Whether a write was refused because somebody else was first: read again, and decide again. */
export function wasOvertaken(error: unknown): error is AnyStepledgerError {
  const codes: readonly string[] = ['VERSION_CONFLICT', 'DELETED', 'ALREADY_EXISTS', 'INVALID_STATE'];
  return isLedgerError(error) && codes.includes(error.code);
}

function given({ expectedVersion, text, title, status }: Omit<Save, 'step'>) {
  return {
    expectedVersion,
    ...(text !== undefined && { text }),
    ...(title !== undefined && { title }),
    ...(status !== undefined && { status }),
  };
}

function inStep(step: string | null) {
  return step === null ? {} : { step: parseStepRef(step) };
}

function toHead(document: Document): Head {
  const { id, kind, key, version, deleted, purged, content } = document;
  const sha256 = content?.encoding === 'utf8' ? (content.id.split('.')[0] ?? null) : null;
  return { id, kind, key, version, deleted, purged, sha256, attributes: toAttributes(document) };
}

function toAttributes({ title, status, step }: Document): VersionState['attributes'] {
  return { title, status, step: step && formatStepRef(step) };
}
