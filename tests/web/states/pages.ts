import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Stepledger } from '@stepledger/client';
import { writeSampleRun } from '../support/sample-run.ts';

/** What the pages show: a run with its fork, a document of two versions, a prompt of two, and things with nothing in them. */
export interface Ids {
  document: string;
  exchange: string;
  bareDocument: string;
  bareExchange: string;
}

export async function writeWorld(ledger: Stepledger): Promise<Ids> {
  const run = await writeSampleRun(ledger, 'app');
  await ledger.prompts.put({ name: 'greet', template: 'Hello {{who}}.\n' });
  await ledger.prompts.put({ name: 'greet', template: 'Good day {{who}}.\n' });
  const { exchangeId } = await run.step('design_step', { key: '2' }).record({
    prompt: 'Good day, Ann.',
    response: 'Good day to you.',
    parse: { parser: 'markdown', parserVersion: '1' },
    documents: [{ kind: 'greeting', text: 'Good day to you.\n' }],
  });
  await ledger.exchanges.record({
    runId: run.id,
    step: { name: 'design_step', key: '2' },
    prompt: { name: 'greet', version: 2 },
    messages: [{ role: 'user', content: 'Good day, Bea.' }],
    response: 'And to you.',
  });
  const requirement = await run.documents.get({ kind: 'requirement' });
  await ledger.runs.fork({ runId: run.id, key: 'app-fork', revision: run.revision ?? 7 });
  const bare = await ledger.run({ key: 'bare' });
  await ledger.prompts.put({ name: 'bare', template: 'Nothing.\n' });
  const note = await bare.step('note_step').documents.put({ kind: 'note', text: 'A note.\n' });
  const open = await ledger.exchanges.record({
    runId: bare.id,
    step: { name: 'note_step' },
    messages: [{ role: 'user', content: 'Is anybody there?' }],
    error: 'nobody answered',
  });
  await ledger.run({ key: 'empty' });
  return {
    document: requirement.id,
    exchange: exchangeId,
    bareDocument: note.id,
    bareExchange: open.exchangeId,
  };
}

export interface StatePage {
  /** As routes.ts has it. */
  route: string;
  /** As the constant of search-params.ts has it, where the route has views. */
  view?: string;
  path: (ids: Ids) => string;
  /** What is there once its data is. */
  shown: string | RegExp;
  /** The same page where there is nothing to show, and how it says so; left out where that cannot be. */
  empty?: { path: (ids: Ids) => string; says: string | RegExp };
}

const RUN_VIEWS = { documents: 'requirement', exchanges: 'small · 1,234', parses: 'markdown 1' };
const ofRun = (tab: string, shown: string | RegExp, says: string | RegExp): StatePage => ({
  route: '/runs/$run',
  view: tab,
  path: () => `/runs/app?tab=${tab}`,
  shown,
  empty: { path: () => `/runs/empty?tab=${tab}`, says },
});
const ofDocument = (view: string, shown: string | RegExp, says?: string): StatePage => ({
  route: '/documents/$documentId',
  view,
  path: ({ document }) => `/documents/${document}?view=${view}`,
  shown,
  ...(says !== undefined && {
    empty: { path: ({ bareDocument }) => `/documents/${bareDocument}?view=${view}`, says },
  }),
});
const ofExchange = (view: string, shown: string | RegExp, says?: string): StatePage => ({
  route: '/exchanges/$exchangeId',
  view,
  path: ({ exchange }) => `/exchanges/${exchange}?view=${view}`,
  shown,
  ...(says !== undefined && {
    empty: { path: ({ bareExchange }) => `/exchanges/${bareExchange}?view=${view}`, says },
  }),
});
const ofPrompt = (view: string, shown: string | RegExp, says?: string): StatePage => ({
  route: '/prompts/$name',
  view,
  path: () => `/prompts/greet?view=${view}`,
  shown,
  ...(says !== undefined && { empty: { path: () => `/prompts/bare?view=${view}`, says } }),
});

/** Every page and every view of one: a page that is added has to stand here. */
export const PAGES: readonly StatePage[] = [
  {
    route: '/',
    path: () => '/',
    shown: 'app-fork',
    empty: { path: () => '/?status=cancelled', says: 'No run is like that' },
  },
  ofRun('documents', RUN_VIEWS.documents, 'No documents'),
  ofRun('exchanges', RUN_VIEWS.exchanges, 'No exchanges'),
  ofRun('parses', RUN_VIEWS.parses, 'No parses'),
  ofRun('lineage', /^Stale: built on what has changed since/, 'No documents'),
  ofRun('entries', 'documents.update', 'No steps'),
  {
    route: '/compare',
    path: () => '/compare?from=app&to=app-fork',
    shown: 'Side by side',
    empty: { path: () => '/compare', says: 'Choose two runs' },
  },
  ofDocument('text', 'Todos, with dates.'),
  ofDocument('source', 'Todos, with dates.'),
  ofDocument('diff', '1 line added, 1 removed', 'There is only one version'),
  ofDocument('blame', 'Todos, with dates.'),
  {
    ...ofDocument('lineage', 'derived from', 'It is not known to be built on any document.'),
    path: ({ document }) => `/documents/${document}?view=lineage&version=1`,
  },
  ofDocument('versions', 'v2'),
  ofExchange('messages', 'Good day, Ann.'),
  ofExchange('response', 'Good day to you.', 'There is no response'),
  ofExchange('parses', 'markdown@1', 'Nobody has parsed this response yet'),
  ofExchange('attempts', 'No HTTP attempts are stored', 'No HTTP attempts are stored'),
  {
    ...ofExchange('diff', 'And to you.', 'Choose another exchange'),
    path: ({ exchange, bareExchange }) =>
      `/exchanges/${exchange}?view=diff&part=response&with=${bareExchange}`,
    shown: 'Good day to you.',
  },
  {
    route: '/search',
    path: () => '/search?q=dates',
    shown: '1 found',
    empty: { path: () => '/search?q=nowhere', says: 'Nothing found' },
  },
  {
    route: '/live',
    path: () => '/live',
    shown: 'requirement v2 saved',
    empty: { path: () => '/live?q=nowhere', says: 'No entry matches' },
  },
  {
    route: '/stats',
    path: () => '/stats',
    shown: 'Tokens in',
    empty: { path: () => '/stats?workflow=nowhere', says: 'No exchanges in this time' },
  },
  { route: '/prompts', path: () => '/prompts', shown: 'greet' },
  ofPrompt('template', 'Good day'),
  ofPrompt('diff', 'Hello {{who}}.', 'This is the first version.'),
  ofPrompt('uses', 'in app', 'Version 1 was not used yet'),
  { route: '/subtasks/$run', view: 'board', path: () => '/subtasks/app?kind=', shown: /^Without status 3/ },
  {
    route: '/subtasks/$run',
    view: 'graph',
    path: () => '/subtasks/app?view=graph&kind=',
    shown: 'None depends on another.',
    empty: { path: () => '/subtasks/empty?view=graph', says: 'No subtasks' },
  },
  {
    route: '/settings',
    path: () => '/settings',
    shown: 'schema up to date',
    empty: { path: () => '/settings', says: 'There are no keys yet.' },
  },
];

/** Pages of one thing, where there is no such thing. */
export const MISSING: readonly string[] = [
  '/runs/nowhere',
  '/subtasks/nowhere',
  '/compare?from=app&to=nowhere',
  '/documents/019a0000-0000-7000-8000-000000000000',
  '/exchanges/019a0000-0000-7000-8000-000000000000',
  '/prompts/nowhere',
];

const WEB = path.resolve(import.meta.dirname, '../../../apps/web/src/app');

/** The routes of the web UI and their views, out of its sources. */
export async function readRoutes(): Promise<{ routes: string[]; views: Record<string, string[]> }> {
  const [routes, params] = await Promise.all(
    ['routes.ts', 'search-params.ts'].map((file) => readFile(path.join(WEB, file), 'utf8')),
  );
  const lists = (params ?? '').matchAll(/export const (\w+)_(?:VIEWS|TABS) = \[([^\]]*)\]/g);
  return {
    routes: [...(routes ?? '').matchAll(/path: '([^']+)'/g)].map(([, route]) => route ?? ''),
    views: Object.fromEntries(
      [...lists].map(([, name, list]) => [
        name,
        [...(list ?? '').matchAll(/'(\w+)'/g)].map(([, v]) => v ?? ''),
      ]),
    ),
  };
}
