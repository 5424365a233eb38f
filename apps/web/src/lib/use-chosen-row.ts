import { type KeyboardEvent as ReactKeyboardEvent, type RefObject, useState } from 'react';
import { useShortcuts } from './shortcuts.ts';

export interface ChosenRowOptions<Item> {
  box: RefObject<HTMLElement | null>;
  items: readonly Item[];
  keyOf: (item: Item) => string;
  /** Brings a row into sight. */
  scrollTo: (index: number) => void;
  onOpen?: ((item: Item) => void) | undefined;
  /** Whether j, k and o work only while the focus is inside: for all lists of a page but its main one. */
  onlyFocused?: boolean | undefined;
}

/** The row that j and k have chosen, which o, or Enter on the list itself, opens. */
export function useChosenRow<Item>(options: ChosenRowOptions<Item>) {
  const { box, items, keyOf, scrollTo, onOpen, onlyFocused = false } = options;
  const [chosen, setChosen] = useState<string | null>(null);
  const step = (by: 1 | -1) => {
    const at = items.findIndex((item) => keyOf(item) === chosen);
    const next = at === -1 ? 0 : Math.min(Math.max(at + by, 0), items.length - 1);
    const item = items[next];
    if (item === undefined) return;
    setChosen(keyOf(item));
    scrollTo(next);
  };
  const open = () => {
    const item = items.find((each) => keyOf(each) === chosen);
    if (item !== undefined) onOpen?.(item);
  };
  const keys: Readonly<Record<string, () => void>> = { j: () => step(1), k: () => step(-1), o: open };
  useShortcuts(onlyFocused ? {} : keys);

  const onKeyDown = (event: ReactKeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const isEnter = event.key === 'Enter' && event.target === box.current;
    const act = isEnter ? open : onlyFocused ? keys[event.key] : undefined;
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return { chosen, onKeyDown };
}
