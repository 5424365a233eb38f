import type { Divergence, DivergenceCause } from '@stepledger/client';
import { formatDocument, formatStep } from '../../../lib/words/format.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Visible } from '../../../ui/exact-text.tsx';
import type { Side as ComparedSide } from './differences.tsx';
import { DocumentSide, ExchangeSide } from './side-links.tsx';

const CAUSES: Readonly<Record<DivergenceCause, string>> = {
  missing: 'only one of them has it',
  edit: 'a document was written by hand, by no exchange',
  prompt: 'another prompt, or another version of it',
  variables: 'the prompt was filled with other variables',
  uses: 'it was built on documents with other texts',
  messages: 'other messages were sent, though prompt, variables and documents are the same',
  provider: 'another provider was asked',
  model: 'another model was asked',
  parameters: 'the model was given other parameters',
  answer: 'asked the same, the LLM answered something else',
  parser: 'the same response was read otherwise',
};

export interface DivergenceCardProps {
  from: ComparedSide;
  to: ComparedSide;
  divergence: Divergence | null;
}

/** The first thing in which the two differ that followed from nothing before, and why. */
export function DivergenceCard({ from, to, divergence }: DivergenceCardProps) {
  return (
    <section aria-labelledby="divergence" className="grid gap-2 border-b bg-surface p-3">
      <h2 id="divergence" className="font-medium">
        Where they went apart
      </h2>
      {from.run.id === to.run.id ? (
        <p>These are two revisions of one run: what differs was done in between.</p>
      ) : divergence === null ? (
        <p>Nowhere: both did the same.</p>
      ) : (
        <>
          <p className="font-medium">
            <Visible text={titleOf(divergence)} />
          </p>
          <ul className="grid gap-1">
            {divergence.causes.map((cause) => (
              <li key={cause} className="flex flex-wrap items-center gap-2">
                <Badge tone="warning">{cause}</Badge>
                {CAUSES[cause]}
              </li>
            ))}
          </ul>
          <Sides divergence={divergence} />
        </>
      )}
    </section>
  );
}

function titleOf(divergence: Divergence): string {
  switch (divergence.what) {
    case 'step':
      return `Step ${formatStep(divergence.step)}`;
    case 'exchange':
      return `Exchange of step ${formatStep(divergence.step)}`;
    case 'document': {
      const where = divergence.step === null ? '' : `, in step ${formatStep(divergence.step)}`;
      return `Document ${formatDocument(divergence)}${where}`;
    }
  }
}

const NAMES = { from: 'First', to: 'Second' } as const;

function Sides({ divergence }: { divergence: Divergence }) {
  return (
    <ul className="flex flex-wrap items-baseline gap-4">
      {(['from', 'to'] as const).map((side) => (
        <li key={side}>
          <Side divergence={divergence} side={side} />
        </li>
      ))}
    </ul>
  );
}

function Side({ divergence, side }: { divergence: Divergence; side: 'from' | 'to' }) {
  const revision = divergence[side]?.revision;
  if (revision === undefined) return <span className="text-muted-foreground">{NAMES[side]}: not there</span>;
  const text = `${NAMES[side]}: revision ${revision}`;
  if (divergence.what === 'step') return <span>{text}</span>;
  if (divergence.what === 'exchange') {
    const exchangeId = divergence[side]?.exchangeId;
    return exchangeId && <ExchangeSide exchangeId={exchangeId}>{text}</ExchangeSide>;
  }
  const document = divergence[side];
  return document && <DocumentSide document={document}>{text}</DocumentSide>;
}
