import type { StepRef } from '@stepledger/client';
import { GitFork } from 'lucide-react';
import { useState } from 'react';
import { formatStep } from '../../../lib/format.ts';
import { toVisible } from '../../../lib/visible.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ForkForm } from './fork-form.tsx';

/** Where a fork begins: after a revision, or right before a step, so that it is done anew. */
export type ForkPoint = { revision: number } | { step: StepRef };

export function ForkButton({ from, small = false }: { from: ForkPoint; small?: boolean }) {
  const [open, setOpen] = useState(false);
  const where =
    'step' in from ? `right before ${toVisible(formatStep(from.step))}` : `after revision ${from.revision}`;
  return (
    <>
      {small ? (
        <Button
          size="icon"
          variant="ghost"
          className="size-7 shrink-0"
          aria-label={`Fork ${where}`}
          title={`Fork ${where}`}
          onClick={() => setOpen(true)}
        >
          <GitFork aria-hidden />
        </Button>
      ) : (
        <Button onClick={() => setOpen(true)}>
          <GitFork aria-hidden />
          Fork
        </Button>
      )}
      {open && (
        <Dialog
          title="Fork this run"
          description={`A new run that has all that this one had ${where}, and goes its own way from there. This one stays as it is.`}
          open
          onOpenChange={setOpen}
        >
          <ForkForm from={from} />
        </Dialog>
      )}
    </>
  );
}
