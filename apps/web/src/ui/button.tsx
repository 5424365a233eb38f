import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from './cn.ts';

const variants = cva(
  'inline-flex cursor-pointer items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors aria-disabled:cursor-default aria-disabled:opacity-60 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'bg-primary text-primary-foreground hover:opacity-90',
        outline: 'border bg-background hover:bg-muted',
        ghost: 'hover:bg-muted',
        danger: 'border border-danger text-danger hover:bg-danger-surface',
      },
      size: { default: 'h-8 px-3', small: 'h-7 px-2 text-xs', icon: 'size-8' },
    },
    defaultVariants: { variant: 'outline', size: 'default' },
  },
);

export type ButtonProps = ComponentProps<'button'> & VariantProps<typeof variants>;

/** One that is disabled can still have the focus: the browser would take it from who has just pressed it. */
export function Button({
  className,
  variant,
  size,
  type = 'button',
  disabled,
  onClick,
  ...props
}: ButtonProps) {
  return (
    <button
      type={type}
      aria-disabled={disabled || undefined}
      className={cn(variants({ variant, size }), className)}
      onClick={disabled ? (event) => event.preventDefault() : onClick}
      {...props}
    />
  );
}
