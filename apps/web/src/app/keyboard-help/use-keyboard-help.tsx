import { type ReactNode, useState } from 'react';
import { useShortcuts } from '../../lib/keyboard/shortcuts.ts';
import { lazyPart } from '../../lib/lazy-part.ts';
import { Part } from '../../ui/part.tsx';

const KeyboardHelp = lazyPart(async () => (await import('./keyboard-help.tsx')).KeyboardHelp);

/** `?` shows what can be done by keyboard. */
export function useKeyboardHelp(): { help: ReactNode; openHelp: () => void } {
  const [open, setOpen] = useState(false);
  const openHelp = () => setOpen(true);
  const close = () => setOpen(false);
  useShortcuts({ '?': openHelp });
  return {
    openHelp,
    help: open && (
      <Part fallback={null} onClose={close}>
        <KeyboardHelp onClose={close} />
      </Part>
    ),
  };
}
