import type { Step } from '@stepledger/client';
import { cn } from '../../ui/cn.ts';

const TONES = { running: 'bg-primary', completed: 'bg-success', failed: 'bg-danger' } as const;
/** Even the shortest step can be seen. */
const MIN_PERCENT = 1;

/** When a step went on, along the time of its run. */
export function StepTimes({ step, from, to }: { step: Step; from: string; to: string }) {
  const begin = Date.parse(from);
  const whole = Math.max(Date.parse(to) - begin, 1);
  const percent = (time: string) => Math.min(Math.max(((Date.parse(time) - begin) / whole) * 100, 0), 100);
  const left = Math.min(percent(step.startedAt), 100 - MIN_PERCENT);
  const width = Math.max(percent(step.finishedAt ?? to) - left, MIN_PERCENT);
  return (
    <span aria-hidden className="mt-1 block h-1.5 rounded bg-muted">
      <span
        className={cn('block h-full rounded forced-color-adjust-none', TONES[step.status])}
        style={{ marginLeft: `${left}%`, width: `${width}%` }}
      />
    </span>
  );
}
