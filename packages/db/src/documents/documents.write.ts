import type {
  DocumentReceipt,
  DocumentsService,
  PutManyDocuments,
  StepRef,
  VersionRef,
  WrittenDocument,
} from '@stepledger/contract';
import { blobsPart } from '../blobs/blobs.part.ts';
import { BlobBag, openBag } from '../blobs/stored-blob.ts';
import { type Committed, commit } from '../ledger/commit.ts';
import type { Part } from '../ledger/part.ts';
import { toRequest } from '../requests/requests.ts';
import { STEP_ID, stepPart } from '../steps/steps.part.ts';
import type { StoreContext } from '../store-context.ts';
import { documentsPart } from './documents.part.ts';
import { toReadSet } from './read-set.ts';
import { toAttributes, toContent, toPutRows, type WriteRow } from './write-rows.ts';

type Input<Method extends keyof DocumentsService> = Parameters<DocumentsService[Method]>[0];
type CommittedDocuments = Committed & { documents: WrittenDocument[]; stepId?: string };

/** Saves documents by kind and key: the next version of what is there, or the first. */
export async function putDocuments(
  context: StoreContext,
  input: Input<'putMany'>,
): Promise<PutManyDocuments> {
  const bag = await bagOf(
    context,
    input.documents.map(({ text }) => text),
  );
  const writes = toPutRows(input.documents, bag);
  const { stepId: _, ...receipt } = await commit<CommittedDocuments>(context, {
    request: toRequest('documents.putMany', input),
    target: { runId: input.runId },
    change: { steps: stepNames(input.step) },
    parts: [...stepParts(input.step), blobsPart(bag), documentsPart(writes, lineage(input.step))],
  });
  return receipt;
}

/** Saves one document; `documents.create` refuses one that exists. */
export async function putDocument(
  context: StoreContext,
  input: Input<'put'>,
  op: 'create' | 'put',
): Promise<DocumentReceipt> {
  const { runId, step, idempotencyKey: _, ...write } = input;
  const bag = await bagOf(context, [write.text]);
  const writes = toPutRows([write], bag, op);
  return toReceipt(
    await commit<CommittedDocuments>(context, {
      request: toRequest(`documents.${op}`, input),
      target: { runId },
      change: { steps: stepNames(step) },
      parts: [...stepParts(step), blobsPart(bag), documentsPart(writes, lineage(step))],
    }),
  );
}

export async function updateDocument(
  context: StoreContext,
  input: Input<'update'>,
): Promise<DocumentReceipt> {
  const bag = await bagOf(context, [input.text]);
  const content = input.text === undefined ? {} : toContent(bag.add(input.text));
  return changeDocument(context, input, {
    procedure: 'documents.update',
    row: {
      op: 'update',
      ...content,
      ...toAttributes(input),
      ...(input.claim === undefined ? {} : { claim: input.claim }),
    },
    bag,
    basedOn: toReadSet([input.basedOn]),
  });
}

export async function restoreDocument(
  context: StoreContext,
  input: Input<'restore'>,
): Promise<DocumentReceipt> {
  const row = { op: 'restore', ...toAttributes(authorOf(input)), from_version: input.version } as const;
  return changeDocument(context, input, { procedure: 'documents.restore', row });
}

export async function deleteDocument(
  context: StoreContext,
  input: Input<'delete'>,
): Promise<DocumentReceipt> {
  const row = { op: 'delete', ...toAttributes(authorOf(input)) } as const;
  return changeDocument(context, input, { procedure: 'documents.delete', row });
}

export async function undeleteDocument(
  context: StoreContext,
  input: Input<'undelete'>,
): Promise<DocumentReceipt> {
  const row = { op: 'undelete', ...toAttributes(authorOf(input)) } as const;
  return changeDocument(context, input, { procedure: 'documents.undelete', row });
}

function authorOf({ author, note }: Input<'delete'>) {
  return { author, note };
}

/** Writes the next version of a document that is named by its id. */
async function changeDocument(
  context: StoreContext,
  input: Input<'delete'>,
  {
    procedure,
    row,
    bag = new BlobBag(),
    basedOn = [],
  }: {
    procedure: string;
    row: Omit<WriteRow, 'ord' | 'id' | 'expected'>;
    bag?: BlobBag;
    basedOn?: readonly VersionRef[];
  },
): Promise<DocumentReceipt> {
  const { documentId, step, expectedVersion } = input;
  const document: WriteRow = {
    ord: 0,
    id: documentId,
    ...row,
    ...(expectedVersion === undefined ? {} : { expected: expectedVersion }),
  };
  return toReceipt(
    await commit<CommittedDocuments>(context, {
      request: toRequest(procedure, input),
      target: { documentId },
      change: { steps: stepNames(step) },
      parts: [
        ...stepParts(step),
        blobsPart(bag),
        documentsPart({ documents: [document], links: [], basedOn }, lineage(step)),
      ],
    }),
  );
}

function bagOf(context: StoreContext, texts: Parameters<typeof openBag>[2]): Promise<BlobBag> {
  return openBag(context.connection, context.scope.projectId, texts);
}

function stepNames(step: StepRef | undefined): string[] {
  return step ? [step.name] : [];
}

function stepParts(step: StepRef | undefined): Part[] {
  return step ? [stepPart(step)] : [];
}

function lineage(step: StepRef | undefined): { stepId?: string } {
  return step ? { stepId: STEP_ID } : {};
}

function toReceipt({ runId, revision, at, documents }: CommittedDocuments): DocumentReceipt {
  const [document] = documents;
  if (!document) throw new Error('A commit of one document answered none');
  return { runId, revision, at, ...document };
}
