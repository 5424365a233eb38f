import { useEffect, useRef } from 'react';

/** Keys as they are said: `j`, `/`, `Escape`, `mod+k` (Ctrl, or Command on a Mac). Who answers false leaves a key alone. */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => unknown>>;

/** Single keys do nothing while a person types or a window is open; those with `mod` and Escape work everywhere. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const newest = useRef(shortcuts);
  useEffect(() => {
    newest.current = shortcuts;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const name = nameOf(event);
      const act = name === null ? undefined : newest.current[name];
      if (act !== undefined && act(event) !== false) event.preventDefault();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

/** What a key stands for: on a keyboard without Latin letters, the one that is printed beside its own. */
export function toKey({ key, code, shiftKey }: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>): string {
  const letter = /^[^\0-\x7f]$/u.test(key) ? /^Key([A-Z])$/.exec(code)?.[1] : undefined;
  if (letter === undefined) return key;
  return shiftKey ? letter : letter.toLowerCase();
}

/** The name of the shortcut that a key is; null where it is meant for something else. */
function nameOf(event: KeyboardEvent): string | null {
  const key = toKey(event);
  // Some keyboards have brackets only by AltGr, which Windows tells of as Ctrl and Alt.
  const isAltGr = event.getModifierState('AltGraph');
  if (event.altKey && !isAltGr) return null;
  if ((event.ctrlKey || event.metaKey) && !isAltGr) return event.shiftKey ? null : `mod+${key.toLowerCase()}`;
  return key !== 'Escape' && isElsewhere(event.target) ? null : key;
}

const ELSEWHERE =
  'input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable], :is(dialog, [role=dialog]), :is(dialog, [role=dialog]) *';

function isElsewhere(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches(ELSEWHERE);
}
