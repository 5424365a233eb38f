import type { StepRef } from '@stepledger/client';
import { GitFork } from 'lucide-react';
import { useState } from 'react';
import { formatStep } from '../../../lib/words/format.ts';
import { toVisible } from '../../../lib/words/visible.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ForkForm } from './fork-form.tsx';

/** Where a fork begins: after a revision, or right before a step, so that it is done anew. */
export type ForkPoint = { revision: number } | { step: StepRef };

export function ForkButton({ from, small = false }: { from: ForkPoint; small?: boolean }) {
  /** Where it was opened: what comes meanwhile does not change what is being asked for. */
  const [opened, setOpened] = useState<ForkPoint | null>(null);
  const where = describePoint(from);
  return (
    <>
      {small ? (
        <Button
          size="icon"
          variant="ghost"
          className="size-7 shrink-0"
          aria-label={`Fork ${where}`}
          title={`Fork ${where}`}
          onClick={() => setOpened(from)}
        >
          <GitFork aria-hidden />
        </Button>
      ) : (
        <Button onClick={() => setOpened(from)}>
          <GitFork aria-hidden />
          Fork
        </Button>
      )}
      {opened !== null && (
        <Dialog
          title="Fork this run"
          description={`A new run that has all that this one had ${describePoint(opened)}, and goes its own way from there. This one stays as it is.`}
          open
          onOpenChange={() => setOpened(null)}
        >
          <ForkForm from={opened} />
        </Dialog>
      )}
    </>
  );
}

function describePoint(point: ForkPoint): string {
  return 'step' in point
    ? `right before ${toVisible(formatStep(point.step))}`
    : `after revision ${point.revision}`;
}
