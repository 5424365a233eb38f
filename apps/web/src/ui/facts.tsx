import type { ReactNode } from 'react';
import { cn } from './cn.ts';

/** What is known of a thing, each with its name; what is not known (null) is left out. */
export function Facts({ facts, className }: { facts: Record<string, ReactNode>; className?: string }) {
  return (
    <dl className={cn('flex flex-wrap gap-x-5 gap-y-1', className)}>
      {Object.entries(facts).map(
        ([name, value]) =>
          value !== null &&
          value !== undefined && (
            <div key={name} className="flex min-w-0 gap-1.5">
              <dt className="shrink-0 text-muted-foreground">{name}</dt>
              <dd className="min-w-0 break-words">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
