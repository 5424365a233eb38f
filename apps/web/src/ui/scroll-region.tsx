import type { ComponentProps } from 'react';
import { cn } from './cn.ts';

/** A part of the page that scrolls by itself, also by keyboard. */
export function ScrollRegion({ className, ...props }: ComponentProps<'section'> & { 'aria-label': string }) {
  // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, the keyboard cannot scroll it.
  return <section tabIndex={0} className={cn('h-full overflow-auto', className)} {...props} />;
}
