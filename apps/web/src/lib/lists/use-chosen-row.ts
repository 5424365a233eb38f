import { type KeyboardEvent as ReactKeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { toKey, useShortcuts } from '../keyboard/shortcuts.ts';

export interface ChosenRowOptions<Item> {
  /** The list. Each row that is drawn in it tells its place as `data-index`. */
  box: RefObject<HTMLElement | null>;
  items: readonly Item[];
  keyOf: (item: Item) => string;
  /** Brings a row into sight. */
  scrollTo: (index: number) => void;
  onOpen?: ((item: Item) => void) | undefined;
  /** Whether j, k and o work only while the focus is inside: for all lists of a page but its main one. */
  onlyFocused?: boolean | undefined;
}

/** The row that j and k have chosen, which o or Enter opens. The focus goes with them. */
export function useChosenRow<Item>(options: ChosenRowOptions<Item>) {
  const { box, items, keyOf, scrollTo, onOpen, onlyFocused = false } = options;
  const [chosen, setChosen] = useState<string | null>(null);
  const toFocus = useRef<number | null>(null);
  const place = () => focusedIndex(box.current) ?? items.findIndex((item) => keyOf(item) === chosen);
  const step = (by: 1 | -1) => {
    const at = place();
    const next = at === -1 ? 0 : Math.min(Math.max(at + by, 0), items.length - 1);
    const item = items[next];
    if (item === undefined) return;
    toFocus.current = next;
    setChosen(keyOf(item));
    scrollTo(next);
    focusRow();
  };
  const focusRow = () => {
    const row = box.current?.querySelector(`[data-index="${toFocus.current}"]`);
    // One out of sight is drawn when the list has scrolled there.
    if (!row) return;
    toFocus.current = null;
    const way = onOpen && row.querySelector<HTMLElement>('a, button');
    (way ?? box.current)?.focus({ preventScroll: true });
  };
  useEffect(focusRow);
  const open = () => {
    const item = items[place()];
    if (item !== undefined) onOpen?.(item);
  };
  const keys: Readonly<Record<string, () => void>> = { j: () => step(1), k: () => step(-1), o: open };
  useShortcuts(onlyFocused ? {} : keys);

  const onKeyDown = (event: ReactKeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // What is typed into a window that a row has opened comes by here as well.
    if (!(event.target instanceof Node && event.currentTarget.contains(event.target))) return;
    const isEnter = event.key === 'Enter' && event.target === box.current;
    const act = isEnter ? open : onlyFocused ? keys[toKey(event)] : undefined;
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return { chosen, onKeyDown };
}

function focusedIndex(box: HTMLElement | null): number | undefined {
  const row = box?.contains(document.activeElement)
    ? document.activeElement?.closest<HTMLElement>('[data-index]')
    : null;
  return row ? Number(row.dataset['index']) : undefined;
}
