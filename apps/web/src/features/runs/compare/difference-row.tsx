import type { DocumentDifference, ExchangeDifference, RunDiffItem } from '@stepledger/client';
import { type ReactNode, useState } from 'react';
import { formatDocument, formatStep } from '../../../lib/words/format.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { Visible } from '../../../ui/exact-text.tsx';
import { DocumentPatch } from './document-patch.tsx';
import { DocumentSide, ExchangeSide } from './side-links.tsx';

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
        <ExchangeSide exchangeId={item.from.exchangeId}>
          First: revision {item.from.revision}, <Visible text={item.from.model ?? 'no model'} />
        </ExchangeSide>
      )}
      {item.to !== null && (
        <ExchangeSide exchangeId={item.to.exchangeId}>
          Second: revision {item.to.revision}, <Visible text={item.to.model ?? 'no model'} />
        </ExchangeSide>
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
        {from !== null && <DocumentSide document={from}>First: v{from.version}</DocumentSide>}
        {to !== null && <DocumentSide document={to}>Second: v{to.version}</DocumentSide>}
        {text?.reason === 'purged' && <span>A text was purged</span>}
        {text !== null && text.reason !== 'purged' && (
          <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide' : 'Compare'} texts
            <span className="sr-only">
              {' '}
              of <Visible text={title} />
            </span>
          </Button>
        )}
      </div>
      {open && <DocumentPatch from={from} to={to} />}
    </Row>
  );
}
