import type { LargeTexts } from './prepare.ts';

export interface View {
  readonly name: string;
  readonly path: string;
  /** What is seen first of what the page is about. */
  readonly seen: string;
}

export function createViews({
  documentId,
  markdownId,
  exchangeId,
  conversationId,
  graphId,
}: LargeTexts): View[] {
  return [
    { name: 'Runs', path: '/', seen: 'text=large' },
    { name: 'Run, its header', path: '/runs/large', seen: 'text=Started' },
    { name: 'Run, documents', path: '/runs/large', seen: 'text=design/' },
    { name: 'Run, documents, newest first', path: '/runs/large?order=newest', seen: 'text=design/' },
    { name: 'Run, exchanges', path: '/runs/large?tab=exchanges', seen: 'text=model' },
    {
      name: 'Run, exchanges, newest first',
      path: '/runs/large?tab=exchanges&order=newest',
      seen: 'text=model',
    },
    { name: 'Run, parses', path: '/runs/large?tab=parses', seen: 'text=lines 1' },
    { name: 'Run, entries', path: '/runs/large?tab=entries', seen: 'text=exchanges.record' },
    { name: 'Run as of its middle', path: '/runs/large?at=50000', seen: 'text=design/' },
    { name: 'Run of 1,000 steps', path: '/runs/medium', seen: 'button:has-text("step:")' },
    { name: 'Run of 10,000 steps', path: '/runs/large', seen: 'button:has-text("step:")' },
    {
      name: 'Lineage of 300 documents',
      path: `/runs/graph?tab=lineage&document=${graphId}`,
      seen: 'text=part/0',
    },
    {
      name: 'Document of 100,000 lines, source',
      path: `/documents/${documentId}?view=source`,
      seen: 'text=line 1 ',
    },
    {
      name: 'Document of 100,000 lines, diff',
      path: `/documents/${documentId}?view=diff`,
      seen: 'text=changed',
    },
    {
      name: 'Document of 100,000 lines, blame',
      path: `/documents/${documentId}?view=blame`,
      seen: 'text=line 1 ',
    },
    {
      name: 'Document of 16 MiB, Markdown',
      path: `/documents/${markdownId}`,
      seen: 'text=paragraph 1 ',
    },
    {
      name: 'Document of 16 MiB, source',
      path: `/documents/${markdownId}?view=source`,
      seen: 'text=paragraph 1 ',
    },
    {
      name: 'Answer of 16 MiB, exact',
      path: `/exchanges/${exchangeId}?view=response&form=exact`,
      seen: 'text=paragraph 1 ',
    },
    { name: '1,000 messages', path: `/exchanges/${conversationId}`, seen: 'text=message 1 ' },
  ];
}
