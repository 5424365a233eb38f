import type { Page, Stepledger } from '@stepledger/client';

interface PageInput {
  limit?: number;
  cursor?: string;
}

export interface List {
  /** Lists of one family take each other's cursors: they differ in their filters only. */
  readonly family: string;
  readonly read: (page: PageInput) => Promise<Page<unknown>>;
}

/** Every list of the API over a ledger that holds several of everything. */
export async function openLists(ledger: Stepledger): Promise<Record<string, List>> {
  const { runIds, documentId, step, parseId } = await fill(ledger);
  const [runId = ''] = runIds;
  const { revision } = await ledger.runs.get({ runId });
  const asOf = { revision: revision - 1 };
  const list = (family: string, read: List['read']): List => ({ family, read });
  return {
    'apiKeys.list': list('keys', (page) => ledger.apiKeys.list(page)),
    'projects.list': list('projects', (page) => ledger.projects.list(page)),
    'workflows.list': list('workflows', (page) => ledger.workflows.list(page)),
    'workflows.history': list('workflow versions', (page) =>
      ledger.workflows.history({ ...page, name: 'feature 0' }),
    ),
    'prompts.list': list('prompts', (page) => ledger.prompts.list(page)),
    'prompts.history': list('prompt versions', (page) =>
      ledger.prompts.history({ ...page, name: 'prompt 0' }),
    ),
    'runs.list': list('runs', (page) => ledger.runs.list(page)),
    'runs.list by status': list('runs', (page) => ledger.runs.list({ ...page, status: 'running' })),
    'runs.overview': list('overview', (page) => ledger.runs.overview(page)),
    'runs.overview by change': list('overview by change', (page) =>
      ledger.runs.overview({ ...page, order: 'changed', status: 'running' }),
    ),
    'prompts.usage': list('usage', ({ limit = 20, ...page }) =>
      ledger.prompts.usage({ ...page, limit: Math.min(limit, 100), name: 'prompt 0' }),
    ),
    'prompts.uses': list('uses', (page) => ledger.prompts.uses({ ...page, name: 'prompt 0', version: 1 })),
    'documents.claims': list('claims', async (page) => {
      const { items, nextCursor } = await ledger.documents.claims({ ...page, runId });
      // What is left of a lease is less each time.
      return { items: items.map((claim) => ({ ...claim, leaseRemainingMs: null })), nextCursor };
    }),
    'steps.list': list('steps', (page) => ledger.steps.list({ ...page, runId })),
    'steps.list by name': list('steps', (page) => ledger.steps.list({ ...page, runId, name: 'loop_step' })),
    'entries.list': list('entries', (page) => ledger.entries.list({ ...page, runId })),
    'entries.list from a revision': list('entries', (page) =>
      ledger.entries.list({ ...page, runId, fromRevision: 4 }),
    ),
    'exchanges.list': list('exchanges', (page) => ledger.exchanges.list(page)),
    'exchanges.list of a run': list('exchanges of a run', (page) =>
      ledger.exchanges.list({ ...page, runId }),
    ),
    'exchanges.list unparsed': list('exchanges of a run', (page) =>
      ledger.exchanges.list({ ...page, runId, status: 'unparsed' }),
    ),
    'exchanges.list read last': list('exchanges', (page) =>
      ledger.exchanges.list({ ...page, lastParse: { status: 'completed' }, step: { name: 'loop_step' } }),
    ),
    'parses.list': list('parses', (page) => ledger.parses.list(page)),
    'parses.list of a run': list('parses', (page) => ledger.parses.list({ ...page, runId })),
    'documents.byParse': list('documents of a parse', (page) =>
      ledger.documents.byParse({ ...page, parseId }),
    ),
    'documents.list': list('documents', (page) => ledger.documents.list(page)),
    'documents.list of a run': list('documents of a run', (page) =>
      ledger.documents.list({ ...page, runId, includeDeleted: true }),
    ),
    'documents.list by tag': list('documents of a run', (page) =>
      ledger.documents.list({ ...page, runId, tags: ['odd'] }),
    ),
    'documents.byStep': list('documents of a step', (page) => ledger.documents.byStep({ ...page, step })),
    'documents.byStep of a run': list('documents of a step in a run', (page) =>
      ledger.documents.byStep({ ...page, step, runId }),
    ),
    'documents.byStep at the head': list('documents of a step in a run', (page) =>
      ledger.documents.byStep({ ...page, step, runId, at: 'head' }),
    ),
    'documents.list as of a revision': list('documents of a run then', (page) =>
      ledger.documents.list({ ...page, runId, asOf }),
    ),
    'documents.byStep as of a revision': list('documents of a step then', (page) =>
      ledger.documents.byStep({ ...page, step, runId, asOf }),
    ),
    'steps.list as of a revision': list('steps then', (page) => ledger.steps.list({ ...page, runId, asOf })),
    'entries.list as of a time': list('entries then', (page) =>
      ledger.entries.list({ ...page, runId, asOf: { time: '2999-12-31T00:00:00.000Z' } }),
    ),
    'exchanges.list as of a revision': list('exchanges then', (page) =>
      ledger.exchanges.list({ ...page, runId, asOf }),
    ),
    'parses.list as of a revision': list('parses then', (page) =>
      ledger.parses.list({ ...page, runId, asOf }),
    ),
    'links.list from as of a revision': list('links from then', (page) =>
      ledger.links.list({ ...page, documentId, includeRemoved: true, asOf }),
    ),
    'entries.list newest first': list('entries, newest', (page) =>
      ledger.entries.list({ ...page, runId, order: 'newest' }),
    ),
    'entries.list newest first, as of a revision': list('entries then, newest', (page) =>
      ledger.entries.list({ ...page, runId, asOf, order: 'newest' }),
    ),
    'exchanges.list newest first': list('exchanges, newest', (page) =>
      ledger.exchanges.list({ ...page, order: 'newest' }),
    ),
    'exchanges.list of a run, newest first': list('exchanges of a run, newest', (page) =>
      ledger.exchanges.list({ ...page, runId, order: 'newest' }),
    ),
    'parses.list newest first': list('parses, newest', (page) =>
      ledger.parses.list({ ...page, runId, order: 'newest' }),
    ),
    'documents.list newest first': list('documents, newest', (page) =>
      ledger.documents.list({ ...page, order: 'newest' }),
    ),
    'documents.list of a run, newest first': list('documents of a run, newest', (page) =>
      ledger.documents.list({ ...page, runId, order: 'newest' }),
    ),
    'documents.byStep newest first': list('documents of a step, newest', (page) =>
      ledger.documents.byStep({ ...page, step, order: 'newest' }),
    ),
    'documents.byStep of a run, newest first': list('documents of a step in a run, newest', (page) =>
      ledger.documents.byStep({ ...page, step, runId, order: 'newest' }),
    ),
    'documents.history': list('document versions', (page) =>
      ledger.documents.history({ ...page, documentId }),
    ),
    'links.list from': list('links from', (page) =>
      ledger.links.list({ ...page, documentId, includeRemoved: true }),
    ),
    'links.list to': list('links to', (page) => ledger.links.list({ ...page, documentId, direction: 'to' })),
  };
}

type ReadOrder = (page: PageInput & { order?: 'oldest' | 'newest' }) => Promise<Page<unknown>>;

/** The lists that can be read from either end: of a run, of its past and, but for entries, of all runs. */
export function reversible(
  { entries, exchanges, parses, documents }: Stepledger,
  runId: string,
): Record<string, ReadOrder> {
  const step = { name: 'loop_step' };
  const within = [{ runId }, { runId, asOf: { revision: 12 } }, {}];
  const places: [string, ReadOrder][] = within.flatMap((where): [string, ReadOrder][] => [
    ['exchanges', (page) => exchanges.list({ ...page, ...where })],
    ['parses', (page) => parses.list({ ...page, ...where })],
    ['documents', (page) => documents.list({ ...page, ...where })],
    ['documents of a step', (page) => documents.byStep({ ...page, ...where, step })],
  ]);
  const ofRun: [string, ReadOrder][] = [
    ['entries', (page) => entries.list({ ...page, runId })],
    ['entries', (page) => entries.list({ ...page, runId, fromRevision: 3, asOf: { revision: 12 } })],
  ];
  return Object.fromEntries([...places, ...ofRun].map(([name, read], place) => [`${name} (${place})`, read]));
}

const COUNT = 7;
const RELATIONS = ['used', 'derived_from', 'depends_on'] as const;

async function fill(ledger: Stepledger) {
  const numbers = Array.from({ length: COUNT }, (_, n) => n);
  const step = { name: 'loop_step' };
  for (const n of numbers) {
    await Promise.all([
      ledger.apiKeys.create({ name: `key ${n}` }),
      ledger.projects.create({ slug: `project-${n}` }),
      ledger.workflows.define({ name: `feature ${n}`, steps: [{ name: 'a' }] }),
      ledger.prompts.put({ name: `prompt ${n}`, template: 'template' }),
    ]);
    await ledger.workflows.define({ name: 'feature 0', steps: [{ name: `step ${n}` }] });
    await ledger.prompts.put({ name: 'prompt 0', template: `template ${n}` });
  }
  const runs = [];
  for (const n of numbers) runs.push(await ledger.run({ key: `run ${n}` }));
  const [first = '', ...others] = runs.map(({ id }) => id);
  const main = await ledger.documents.put({ runId: first, kind: 'main', text: '0' });
  for (const n of numbers) {
    const { documentId, version } = await ledger.documents.update({
      documentId: main.documentId,
      text: `${n}`,
    });
    const links = RELATIONS.map((relation) => ({ relation, to: { documentId, version } }));
    // Several documents of one revision, in two turns of a loop and in another run.
    for (const runId of [first, others[0] ?? '']) {
      await ledger.exchanges.record({
        runId,
        step: { ...step, key: `${n % 2}` },
        messages: [{ role: 'user', content: `${n}` }],
        prompt: { name: 'prompt 0', version: 1 },
        response: `${n}`,
        documents: ['x', 'y'].map((kind) => ({
          kind,
          key: `${(n * 2) % COUNT}`,
          text: `${n}`,
          tags: n % 2 === 0 ? [] : ['odd'],
          links: kind === 'x' ? links : [],
        })),
      });
      await ledger.exchanges.record({
        runId,
        step: { ...step, key: `unparsed ${n}` },
        messages: [{ role: 'user', content: `${n}` }],
        response: `${n}`,
      });
    }
    const from = { documentId, version };
    const { items } = await ledger.documents.list({ runId: first, kind: 'x' });
    const target = items.at(-1);
    if (target) {
      const to = { documentId: target.id, version: target.version };
      await ledger.links.add({ from, relation: 'used', to });
      if (n % 3 === 0) await ledger.links.remove({ from, relation: 'used', to });
    }
  }
  const [gone] = (await ledger.documents.list({ runId: first, kind: 'y' })).items;
  await ledger.documents.delete({ documentId: gone?.id ?? '', step: { ...step, key: '0' } });
  const read = await ledger.exchanges.list({ runId: first, limit: 1 });
  const { parseId } = await ledger.parses.record({
    exchangeId: read.items[0]?.id ?? '',
    documents: numbers.map((n) => ({ kind: 'parsed', key: `${n}`, text: `${n}` })),
  });
  for (const n of numbers) await ledger.documents.claim({ runId: first, holder: `agent ${n % 2}` });
  return { runIds: [first, ...others], documentId: main.documentId, step, parseId };
}
