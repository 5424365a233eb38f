import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { toVisible } from '../lib/words/visible.ts';
import { cn } from './cn.ts';
import { Visible } from './exact-text.tsx';

const variants = cva(
  'inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap',
  {
    variants: {
      tone: {
        neutral: 'bg-muted text-muted-foreground',
        accent: 'bg-accent text-accent-foreground',
        success: 'bg-success-surface text-success',
        warning: 'bg-warning-surface text-warning',
        danger: 'bg-danger-surface text-danger',
      },
    },
    defaultVariants: { tone: 'neutral' },
  },
);

export type Tone = NonNullable<VariantProps<typeof variants>['tone']>;

export function Badge({ className, tone, ...props }: ComponentProps<'span'> & { tone?: Tone }) {
  return <span className={cn(variants({ tone }), className)} {...props} />;
}

/** A name that somebody gave: a long one takes more than a line. */
export function NameBadge({ text, tone }: { text: string; tone?: Tone }) {
  return (
    <Badge {...(tone && { tone })} className="max-w-full whitespace-normal wrap-anywhere">
      <Visible text={text} />
    </Badge>
  );
}

const TONES: ReadonlyMap<string, Tone> = new Map(
  Object.entries({
    running: 'accent',
    pending: 'accent',
    streaming: 'accent',
    open: 'accent',
    in_progress: 'warning',
    interrupted: 'warning',
    completed: 'success',
    succeeded: 'success',
    done: 'success',
    failed: 'danger',
    cancelled: 'neutral',
    dropped: 'neutral',
  } satisfies Record<string, Tone>),
);

/** A status in its colour; the word says the same to who sees no colours. A caller's own word may be long. */
export function StatusBadge({ status }: { status: string }) {
  const words = status.replaceAll('_', ' ');
  return (
    <Badge
      tone={TONES.get(status) ?? 'neutral'}
      className="max-w-48"
      title={words.length > 20 ? toVisible(words) : undefined}
    >
      <span className="truncate">
        <Visible text={words} />
      </span>
    </Badge>
  );
}
