import type { ComponentProps } from 'react';
import { cn } from './cn.ts';

const FIELD = 'rounded-md border bg-background px-2.5 placeholder:text-muted-foreground';

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input className={cn(FIELD, 'h-8', className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea className={cn(FIELD, 'py-2 font-mono text-xs', className)} {...props} />;
}

export function Select({ className, ...props }: ComponentProps<'select'>) {
  return <select className={cn(FIELD, 'h-8 pr-1', className)} {...props} />;
}
