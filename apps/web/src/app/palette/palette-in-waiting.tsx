import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { PaletteProps } from './palette.tsx';

/** Takes what is typed until the palette is there. */
export function PaletteInWaiting({ typed, onType, onClose, onClosed }: Omit<PaletteProps, 'onHelp'>) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key !== 'Escape') return;
    onClose();
    onClosed();
  };
  return (
    <div className="fixed inset-0 z-40 bg-black/50" aria-busy>
      <input
        ref={field}
        aria-label="Go to"
        className="mx-auto mt-[14dvh] block h-9 w-[min(38rem,90vw)] rounded-md border bg-background px-2.5"
        value={typed}
        onChange={({ target }) => onType(target.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
