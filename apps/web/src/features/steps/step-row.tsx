import type { Step } from '@stepledger/client';
import type { ReactNode } from 'react';
import { formatDuration, formatStep } from '../../lib/words/format.ts';
import { StatusBadge } from '../../ui/badge.tsx';
import { cn } from '../../ui/cn.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { ForkButton } from '../runs/run/fork-button.tsx';
import { NewMark } from '../runs/run/new-mark.tsx';

/** Steps that are inside of more others than this are not moved in further. */
const MAX_DEPTH = 8;

export interface StepRowProps {
  step: Step;
  depth: number;
  isChosen: boolean;
  onChoose: () => void;
  children: ReactNode;
}

export function StepRow({ step, depth, isChosen, onChoose, children }: StepRowProps) {
  const name = formatStep(step);
  return (
    <div
      className={cn(
        'group flex items-start gap-1 px-2 hover:bg-surface',
        isChosen && 'bg-accent hover:bg-accent',
      )}
      style={{ paddingLeft: `${0.5 + Math.min(depth, MAX_DEPTH)}rem` }}
    >
      <button
        type="button"
        aria-pressed={isChosen}
        className="min-w-0 grow cursor-pointer py-1.5 text-left -outline-offset-2"
        onClick={onChoose}
      >
        <span className="flex items-center gap-2">
          <span className="truncate">
            <Visible text={name} />
          </span>
          <NewMark revision={step.startedRevision} also={step.finishedRevision} />
          <span className="ml-auto flex items-center gap-2">
            {step.finishedAt !== null && (
              <span className="text-xs text-muted-foreground tabular-nums">
                {formatDuration(Date.parse(step.finishedAt) - Date.parse(step.startedAt))}
              </span>
            )}
            <StatusBadge status={step.status} />
          </span>
        </span>
        {step.error !== null && (
          <span className="line-clamp-2 text-xs break-words text-danger">
            <Visible text={step.error} />
          </span>
        )}
        {children}
      </button>
      <ForkButton from={{ step: { name: step.name, key: step.key } }} small />
    </div>
  );
}
