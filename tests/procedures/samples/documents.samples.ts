import type { DocumentWrite } from '@stepledger/contract';
import type { PathOf } from '../support/paths.ts';
import type { World } from '../support/world.ts';
import { FUTURE, type SamplesOf } from './sample.ts';

/** A new document with every field there is, linked to another. */
export async function documentWrite({ word, text, shared }: World) {
  const { documentId } = await shared.document();
  return {
    kind: word(),
    key: word(),
    text: text(),
    title: word(),
    status: word(),
    tags: [word(), word()],
    metadata: { owner: word(), nested: { list: [1, 'two', false, null] } },
    author: word(),
    note: text(),
    expectedVersion: 0,
    basedOn: [{ documentId, version: 2 }],
    links: [{ relation: 'derived_from', to: { documentId, version: 1 } }],
  } satisfies DocumentWrite;
}

/** What every change of a document may carry. */
async function change({ document, step, word, text }: World) {
  const { documentId } = await document();
  return { documentId, step: step(), expectedVersion: 2, author: word(), note: text() };
}

/** Makes a document that is ready to be worked on. */
async function ready({ api, runId, word, text, step }: World) {
  const kind = word();
  const at = step();
  const { documentId } = await api.call('documents.put', { runId, step: at, kind, text: text() });
  return { documentId, kind, step: at };
}

async function claimed(world: World) {
  const { documentId, kind } = await ready(world);
  const input = { runId: world.runId, kind, holder: world.word() };
  const { claimed } = await world.api.call('documents.claim', input);
  return { documentId, claim: claimed?.claim ?? 0 };
}

export const documentSamples: { [P in PathOf<'documents'>]: SamplesOf<P> } = {
  'documents.create': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const { expectedVersion: _, ...write } = await documentWrite(world);
        return { runId: world.runId, step: world.step(), ...write };
      },
    },
  },
  'documents.put': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({ runId: world.runId, step: world.step(), ...(await documentWrite(world)) }),
    },
    'the next version': {
      foreign: 'NOT_FOUND',
      input: async ({ runId, document, text }) => {
        const { kind, key } = await document();
        return { runId, kind, key, text: text(), expectedVersion: 2 };
      },
    },
  },
  'documents.putMany': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({
        runId: world.runId,
        step: world.step(),
        documents: [await documentWrite(world), await documentWrite(world)],
      }),
    },
  },
  'documents.update': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({
        ...(await change(world)),
        ...(await claimed(world)),
        expectedVersion: 1,
        basedOn: [{ documentId: (await world.shared.document()).documentId, version: 2 }],
        text: world.text(),
        title: world.word(),
        status: world.word(),
        tags: [world.word()],
        metadata: { owner: world.word() },
      }),
    },
  },
  'documents.get': {
    'by id': {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({
        documentId: (await shared.document()).documentId,
        version: 1,
        withText: true,
        includeDeleted: true,
        asOf: FUTURE,
      }),
    },
    'by key': {
      foreign: 'NOT_FOUND',
      input: async ({ runId, shared }) => {
        const { kind, key } = await shared.document();
        return { runId, kind, key, version: 1, withText: false, includeDeleted: true, asOf: FUTURE };
      },
    },
  },
  'documents.list': {
    'of a run': {
      foreign: 'NOT_FOUND',
      input: async ({ runId, shared }) => {
        const { step, kind, tag, status } = await shared.document();
        const filter = { step, kind, tags: [tag], status, includeDeleted: true };
        return { runId, ...filter, withText: true, limit: 10, order: 'newest', asOf: FUTURE };
      },
    },
    'across runs': {
      foreign: 'EMPTY',
      input: async ({ shared }) => ({ kind: (await shared.document()).kind, limit: 10 }),
    },
  },
  'documents.byStep': {
    'of a run': {
      foreign: 'NOT_FOUND',
      input: async ({ runId, shared }) => {
        const { step, kind } = await shared.document();
        const filter = { step, kind, at: 'written', includeDeleted: true } as const;
        return { runId, ...filter, withText: true, limit: 10, order: 'newest', asOf: FUTURE };
      },
    },
    'across runs': {
      foreign: 'EMPTY',
      input: async ({ shared }) => ({ step: { name: (await shared.document()).step.name }, at: 'head' }),
    },
  },
  'documents.byParse': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({ parseId: await shared.parse(), withText: true, limit: 10 }),
    },
  },
  'documents.history': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({
        documentId: (await shared.document()).documentId,
        withText: true,
        limit: 10,
      }),
    },
  },
  'documents.diff': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({ documentId: (await shared.document()).documentId, from: 1, to: 2 }),
    },
  },
  'documents.restore': {
    full: { foreign: 'NOT_FOUND', input: async (world) => ({ ...(await change(world)), version: 1 }) },
  },
  'documents.delete': {
    full: { foreign: 'NOT_FOUND', input: change },
  },
  'documents.undelete': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const undelete = await change(world);
        const { documentId } = undelete;
        await world.api.call('documents.delete', { documentId });
        return { ...undelete, expectedVersion: 3 };
      },
    },
  },
  'documents.purge': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ document }) => ({
        documentId: (await document()).documentId,
        versions: [1],
        cascade: true,
      }),
    },
  },
  'documents.ready': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const { kind, step } = await ready(world);
        return { runId: world.runId, kind, step, withText: true, limit: 10 };
      },
    },
  },
  'documents.claims': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        await claimed(world);
        await claimed(world);
        return { runId: world.runId, limit: 10 };
      },
    },
    'of a kind': {
      foreign: 'NOT_FOUND',
      input: async (world) => ({ runId: world.runId, kind: (await ready(world)).kind }),
    },
  },
  'documents.claim': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({
        runId: world.runId,
        kind: (await ready(world)).kind,
        holder: world.word(),
        leaseSeconds: 60,
      }),
    },
  },
  'documents.renew': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({ ...(await claimed(world)), leaseSeconds: 60 }),
    },
  },
  'documents.release': { full: { foreign: 'NOT_FOUND', input: claimed } },
};

async function twoVersions({ document, shared }: World) {
  const [from, to] = [await document(), await shared.document()];
  return {
    from: { documentId: from.documentId, version: 1 },
    to: { documentId: to.documentId, version: 1 },
  };
}

export const linkSamples: { [P in PathOf<'links'>]: SamplesOf<P> } = {
  'links.add': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => ({ ...(await twoVersions(world)), relation: 'depends_on' }),
    },
  },
  'links.remove': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const link = { ...(await twoVersions(world)), relation: 'used' as const };
        await world.api.call('links.add', link);
        return link;
      },
    },
  },
  'links.list': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({
        documentId: (await shared.document()).documentId,
        version: 1,
        direction: 'to',
        includeRemoved: true,
        limit: 10,
        asOf: FUTURE,
      }),
    },
  },
  'links.graph': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({
        documentId: (await shared.document()).documentId,
        version: 1,
        direction: 'both',
        relations: ['used', 'derived_from'],
        depth: 3,
        limit: 10,
      }),
    },
  },
  'links.stale': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ runId, shared }) => ({
        runId,
        documentId: (await shared.document()).documentId,
        limit: 10,
      }),
    },
  },
  'links.accept': {
    full: {
      foreign: 'NOT_FOUND',
      input: async (world) => {
        const { from, to } = await twoVersions(world);
        return { ...from, inputs: [to] };
      },
    },
  },
  'links.blame': {
    full: {
      foreign: 'NOT_FOUND',
      input: async ({ shared }) => ({
        documentId: (await shared.document()).documentId,
        version: 1,
        line: 1,
      }),
    },
  },
};
