import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useShortcuts } from '../../lib/shortcuts.ts';

const KeyboardHelp = lazy(() =>
  import('./keyboard-help.tsx').then((module) => ({ default: module.KeyboardHelp })),
);

/** `?` shows what can be done by keyboard. */
export function useKeyboardHelp(): { help: ReactNode; openHelp: () => void } {
  const [open, setOpen] = useState(false);
  const openHelp = () => setOpen(true);
  useShortcuts({ '?': openHelp });
  return {
    openHelp,
    help: open && (
      <Suspense>
        <KeyboardHelp onClose={() => setOpen(false)} />
      </Suspense>
    ),
  };
}
