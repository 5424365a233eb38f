import { type ReactNode, useRef, useState } from 'react';
import { focusMain, rememberFocus } from '../../lib/keyboard/kept-focus.ts';
import { useShortcuts } from '../../lib/keyboard/shortcuts.ts';
import { lazyPart } from '../../lib/lazy-part.ts';
import { Part } from '../../ui/part.tsx';
import { PaletteInWaiting } from './palette-in-waiting.tsx';

const Palette = lazyPart(async () => (await import('./palette.tsx')).Palette);

/** Marks the field that filters or searches a page. */
const FILTER = 'main [data-page-filter]';

/**
 * Ctrl-K opens the palette from everywhere; `/` goes to the field that filters or searches the page, which is marked
 * with `data-page-filter`, and to the palette where a page has none. Escape goes back from either, and from the field to
 * the page where it was come to by another way.
 */
export function usePalette({ onHelp }: { onHelp: () => void }): {
  palette: ReactNode;
  openPalette: () => void;
} {
  /** What is typed; null while it is closed. Kept out here, since typing begins before the palette has been fetched. */
  const [typed, setTyped] = useState<string | null>(null);
  const goBack = useRef<() => void>(null);
  const leaveFilter = useRef<() => void>(null);
  const afterwards = useRef<() => void>(null);
  const leave = () => {
    (goBack.current ?? rememberFocus())();
    afterwards.current?.();
    goBack.current = null;
    afterwards.current = null;
  };
  const openPalette = () => {
    goBack.current = rememberFocus();
    setTyped('');
  };
  const close = () => setTyped(null);
  // Its window gives the keyboard back to what had it before this one.
  const showHelp = () => {
    afterwards.current = onHelp;
    close();
  };
  const onEscape = ({ target }: KeyboardEvent) => {
    if (!(target instanceof Element && target.matches(FILTER))) return false;
    (leaveFilter.current ?? focusMain)();
    leaveFilter.current = null;
    return true;
  };
  useShortcuts({
    'mod+k': () => (typed === null ? openPalette() : close()),
    '/': () => {
      const field = document.querySelector<HTMLElement>(FILTER);
      if (field === null) return openPalette();
      leaveFilter.current = rememberFocus();
      field.focus();
    },
    Escape: onEscape,
  });
  return {
    openPalette,
    palette: typed !== null && (
      <Part
        onClose={close}
        onClosed={leave}
        fallback={<PaletteInWaiting typed={typed} onType={setTyped} onClose={close} onClosed={leave} />}
      >
        <Palette typed={typed} onType={setTyped} onClose={close} onClosed={leave} onHelp={showHelp} />
      </Part>
    ),
  };
}
