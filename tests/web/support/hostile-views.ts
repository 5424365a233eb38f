import type { Page } from 'playwright-core';
import { HOSTILE_WORD, type HostileProject } from './hostile-project.ts';
import { HOSTILE } from './hostile-texts.ts';

/** A page, tab or view, and what of the attacks it shows. */
export interface HostileView {
  path: (project: HostileProject) => string;
  /** `names`: all that fit into names. `texts`: all there are. `first`: the first of the names. */
  shows: 'names' | 'texts' | 'first' | 'markdown' | 'nothing';
  /** What a person does to see it all. */
  act?: (page: Page) => Promise<unknown>;
}

const inPath = encodeURIComponent;
const runs = (query: string) => (project: HostileProject) => `/runs/${inPath(project.runKey)}${query}`;
const compare = (query: string) => (project: HostileProject) =>
  `/compare?${new URLSearchParams({ from: project.runKey, to: project.forkKey })}${query}`;
const documents = (query: string) => (project: HostileProject) => `/documents/${project.documentId}${query}`;
const prompts = (query: string) => (project: HostileProject) =>
  `/prompts/${inPath(project.promptName)}${query}`;
const subtasks = (query: string) => (project: HostileProject) =>
  `/subtasks/${inPath(project.runKey)}${query}`;
const exchanges =
  (query: string, which: keyof HostileProject = 'exchangeId') =>
  (project: HostileProject) =>
    `/exchanges/${project[which]}${query}`;
const always = (path: string) => () => path;

async function openAll(page: Page): Promise<void> {
  await page.locator('main summary').first().waitFor();
  for (const summary of await page.locator('main summary').all()) await summary.click();
}

async function openTexts(page: Page): Promise<void> {
  const buttons = page.getByRole('button', { name: /^Compare texts/ });
  await buttons.first().click();
  await page.getByRole('region', { name: 'What differs in the text' }).waitFor();
}

/** Every page with every tab and view. */
export const HOSTILE_VIEWS: Readonly<Record<string, readonly HostileView[]>> = {
  runs: [
    { path: always('/'), shows: 'first' },
    {
      path: ({ runKey }) => `/?${new URLSearchParams({ compare: runKey, workflow: runKey })}`,
      shows: 'first',
    },
  ],
  run: [
    { path: runs(''), shows: 'names' },
    { path: runs('?steps=timeline&at=40'), shows: 'names' },
    { path: runs('?tab=exchanges'), shows: 'names' },
    { path: runs('?tab=parses'), shows: 'names' },
    { path: runs('?tab=lineage'), shows: 'names' },
    { path: (project) => runs(`?tab=lineage&document=${project.documentId}`)(project), shows: 'names' },
    { path: runs('?tab=entries'), shows: 'names' },
    { path: (project) => runs(`?step=${inPath(project.step)}`)(project), shows: 'first' },
  ],
  comparison: [
    { path: compare(''), shows: 'first' },
    { path: compare('&what=document'), shows: 'first', act: openTexts },
    { path: compare('&what=exchange'), shows: 'first' },
    {
      path: ({ runKey: from }) => `/compare?${new URLSearchParams({ from, to: from, fromAt: '9' })}`,
      shows: 'names',
    },
  ],
  document: [
    { path: documents(''), shows: 'markdown' },
    { path: documents('?view=source'), shows: 'texts' },
    { path: documents('?view=diff'), shows: 'texts' },
    { path: documents('?view=diff&version=2&compare=1'), shows: 'texts' },
    { path: documents('?view=blame'), shows: 'texts' },
    { path: documents('?view=lineage'), shows: 'nothing' },
    { path: documents('?view=versions'), shows: 'nothing' },
    { path: documents('?version=1'), shows: 'markdown' },
    { path: documents('?edit=text'), shows: 'nothing' },
    { path: ({ staleId }) => `/documents/${staleId}`, shows: 'markdown' },
    { path: ({ deletedId }) => `/documents/${deletedId}`, shows: 'nothing' },
    { path: ({ inputId }) => `/documents/${inputId}?view=lineage`, shows: 'nothing' },
  ],
  exchange: [
    { path: exchanges(''), shows: 'texts', act: openAll },
    { path: exchanges('?form=exact'), shows: 'texts', act: openAll },
    { path: exchanges('?view=response'), shows: 'markdown' },
    { path: exchanges('?view=response&form=exact'), shows: 'texts' },
    { path: exchanges('?view=response&form=bytes'), shows: 'nothing' },
    { path: exchanges('?view=attempts'), shows: 'texts', act: openAll },
    { path: (project) => exchanges(`?view=diff&with=${project.jsonExchangeId}`)(project), shows: 'texts' },
    { path: exchanges('?view=response', 'jsonExchangeId'), shows: 'nothing' },
    { path: exchanges('?view=response', 'htmlExchangeId'), shows: 'nothing' },
    { path: exchanges('?view=response&form=exact', 'htmlExchangeId'), shows: 'nothing' },
    { path: exchanges('?view=attempts', 'htmlExchangeId'), shows: 'nothing', act: openAll },
    { path: exchanges('?view=response&form=exact', 'binaryExchangeId'), shows: 'nothing' },
    { path: exchanges('?view=parses', 'failedExchangeId'), shows: 'texts' },
    { path: exchanges('?view=response', 'openExchangeId'), shows: 'nothing' },
    { path: exchanges('?view=parses', 'stepExchangeId'), shows: 'nothing' },
  ],
  prompts: [
    { path: always('/prompts'), shows: 'names' },
    { path: prompts(''), shows: 'texts' },
    { path: prompts('?view=diff'), shows: 'texts' },
    { path: prompts('?view=uses'), shows: 'first' },
  ],
  subtasks: [
    { path: subtasks('?kind='), shows: 'names' },
    { path: subtasks('?kind=&view=graph'), shows: 'names' },
    { path: (project) => subtasks(`?kind=${inPath(project.runKey)}`)(project), shows: 'nothing' },
  ],
  search: [
    { path: always(`/search?q=${HOSTILE_WORD}`), shows: 'names' },
    { path: always(`/search?q=${HOSTILE_WORD}&mode=fuzzy&order=ranked&versions=all`), shows: 'names' },
    ...HOSTILE.slice(0, 3).map(
      (text): HostileView => ({ path: always(`/search?q=${inPath(text)}&mode=exact`), shows: 'first' }),
    ),
  ],
  live: [
    { path: always('/live'), shows: 'names' },
    { path: ({ runKey }) => `/live?q=${inPath(runKey)}`, shows: 'first' },
  ],
  stats: [
    { path: always('/stats'), shows: 'nothing' },
    { path: always('/stats?by=step'), shows: 'names' },
    { path: always('/stats?by=model'), shows: 'names' },
    { path: always('/stats?by=prompt'), shows: 'names' },
    { path: ({ runKey }) => `/stats?workflow=${inPath(runKey)}`, shows: 'nothing' },
  ],
  settings: [{ path: always('/settings'), shows: 'names' }],
};
