import { type ReactNode, useState } from 'react';
import { lazyPart } from '../../lib/lazy-part.ts';
import { useShortcuts } from '../../lib/shortcuts.ts';
import { Part } from '../../ui/part.tsx';

const Palette = lazyPart(async () => (await import('./palette.tsx')).Palette);

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
      <Part fallback={null}>
        <Palette onClose={() => setOpen(false)} />
      </Part>
    ),
  };
}
