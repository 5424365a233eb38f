import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { rememberFocus } from '../lib/keyboard/kept-focus.ts';
import { Button } from './button.tsx';
import { cn } from './cn.ts';
import { Visible } from './exact-text.tsx';

export interface DialogProps {
  title: string;
  /** What it is about, in a sentence. */
  description: string;
  open: boolean;
  /** Left out where there is no way past it. */
  onOpenChange?: (open: boolean) => void;
  children: ReactNode;
  className?: string;
  /** Gives the keyboard back when it closes; to what had it when it opened, when left out. */
  onClosed?: (() => void) | undefined;
}

/** A window over the page. Escape and the cross close it, the keyboard stays inside and then returns to where it was. */
export function Dialog({ open, ...props }: DialogProps) {
  return open && <Window {...props} />;
}

function Window({
  title,
  description,
  onOpenChange,
  children,
  className,
  onClosed,
}: Omit<DialogProps, 'open'>) {
  const [goBack] = useState(rememberFocus);
  return (
    <Primitive.Root open {...(onOpenChange && { onOpenChange })}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Primitive.Content
          // Radix only knows the way back to a trigger of its own.
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            (onClosed ?? goBack)();
          }}
          className={cn(
            'fixed top-1/2 left-1/2 z-50 grid max-h-[90dvh] w-[min(40rem,94vw)] -translate-x-1/2 -translate-y-1/2 gap-3 overflow-auto rounded-lg border bg-background p-5 shadow-xl',
            className,
          )}
        >
          <Primitive.Title className="text-base font-semibold">
            <Visible text={title} />
          </Primitive.Title>
          <Primitive.Description className="text-muted-foreground">{description}</Primitive.Description>
          {children}
          {onOpenChange !== undefined && (
            <Primitive.Close asChild>
              <Button variant="ghost" size="icon" aria-label="Close" className="absolute top-3 right-3">
                <X aria-hidden />
              </Button>
            </Primitive.Close>
          )}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
