import type { DocumentDifference, ExchangeDifference, RunDiffItem } from '@stepledger/client';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { formatDocument, formatStep } from '../../../lib/format.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { Visible } from '../../../ui/exact-text.tsx';
import { documentHref, exchangeHref, PageLink } from '../../../ui/page-link.tsx';
import { Loading } from '../../../ui/states.tsx';

const DocumentPatch = lazy(() =>
  import('./document-patch.tsx').then((module) => ({ default: module.DocumentPatch })),
);

const TONES = { added: 'success', removed: 'danger', changed: 'warning' } as const;
const WORDS = { added: 'only second', removed: 'only first', changed: 'differs' } as const;

/** One thing that is not the same on both sides. */
export function DifferenceRow({ item }: { item: RunDiffItem }) {
  switch (item.what) {
    case 'run':
      return <Row item={item} title="The run" differs={item.differs} />;
    case 'step':
      return <Row item={item} title={`Step ${formatStep(item.step)}`} differs={item.differs} />;
    case 'exchange':
      return (
        <Row item={item} title={`Exchange of ${formatStep(item.step)}`} differs={item.differs}>
          <ExchangeSides item={item} />
        </Row>
      );
    case 'document':
      return <DocumentRow item={item} />;
  }
}

interface RowProps {
  item: RunDiffItem;
  title: string;
  differs: readonly string[];
  children?: ReactNode;
}

function Row({ item, title, differs, children }: RowProps) {
  return (
    <div className="grid gap-1 border-b px-3 py-2">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={TONES[item.change]}>{WORDS[item.change]}</Badge>
        <span className="min-w-0 truncate font-medium">
          <Visible text={title} />
        </span>
        {differs.length > 0 && <span className="text-xs text-muted-foreground">in {differs.join(', ')}</span>}
      </div>
      {children}
    </div>
  );
}

function ExchangeSides({ item }: { item: ExchangeDifference }) {
  const names = [...(item.variables ?? []), ...(item.parameters ?? [])];
  return (
    <div className="flex flex-wrap gap-x-4 text-xs">
      {item.from !== null && (
        <PageLink href={exchangeHref(item.from.exchangeId)} className="py-1 text-primary hover:underline">
          First: revision {item.from.revision}, <Visible text={item.from.model ?? 'no model'} />
        </PageLink>
      )}
      {item.to !== null && (
        <PageLink href={exchangeHref(item.to.exchangeId)} className="py-1 text-primary hover:underline">
          Second: revision {item.to.revision}, <Visible text={item.to.model ?? 'no model'} />
        </PageLink>
      )}
      {names.length > 0 && (
        <span className="max-w-full truncate text-muted-foreground">
          <Visible text={names.join(', ')} />
        </span>
      )}
    </div>
  );
}

function DocumentRow({ item }: { item: DocumentDifference }) {
  const [open, setOpen] = useState(false);
  const { from, to, text } = item;
  const title = `Document ${formatDocument(item)}`;
  return (
    <Row item={item} title={title} differs={[...item.attributes, ...(text === null ? [] : ['text'])]}>
      <div className="flex flex-wrap items-center gap-x-4 text-xs">
        {from !== null && (
          <PageLink href={documentHref(from)} className="py-1 text-primary hover:underline">
            First: v{from.version}
          </PageLink>
        )}
        {to !== null && (
          <PageLink href={documentHref(to)} className="py-1 text-primary hover:underline">
            Second: v{to.version}
          </PageLink>
        )}
        {text?.reason === 'purged' && <span>A text was purged</span>}
        {text !== null && text.reason !== 'purged' && (
          <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide' : 'Compare'} texts<span className="sr-only"> of {title}</span>
          </Button>
        )}
      </div>
      {open && (
        <Suspense fallback={<Loading />}>
          <DocumentPatch from={from} to={to} />
        </Suspense>
      )}
    </Row>
  );
}
