import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useShortcuts } from '../../lib/shortcuts.ts';

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })));

/**
 * Ctrl-K opens the palette from everywhere; `/` goes to the field that filters or searches the page, which is marked
 * with `data-page-filter`, and to the palette where a page has none.
 */
export function usePalette(): { palette: ReactNode; openPalette: () => void } {
  const [open, setOpen] = useState(false);
  useShortcuts({
    'mod+k': () => setOpen(!open),
    '/': () => {
      const field = document.querySelector<HTMLElement>('main [data-page-filter]');
      if (field === null) setOpen(true);
      else field.focus();
    },
  });
  return {
    openPalette: () => setOpen(true),
    palette: open && (
      <Suspense>
        <Palette onClose={() => setOpen(false)} />
      </Suspense>
    ),
  };
}
