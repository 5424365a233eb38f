import { useEffect } from 'react';

/** What a reader takes for one thing: where the focus stays when the control that had it is gone. */
const PLACES = '[tabindex], article, li, section, fieldset, form, tr, [role=group], main';

/** Remembers what has the focus, and answers the way back: to that, or, where it is gone, to what was around it. */
export function rememberFocus(): () => void {
  const around = aroundOf(document.activeElement);
  return () => focusFirst(around);
}

/** To the page itself, where nothing tells of another place. */
export function focusMain(): void {
  focusFirst([]);
}

/** A control that is pressed often makes itself superfluous. The keyboard then goes on from where it was. */
export function useKeptFocus(): void {
  useEffect(() => {
    let around: readonly Element[] = [];
    const remember = ({ target }: FocusEvent) => {
      around = aroundOf(target);
    };
    // Who points somewhere else leaves by themselves.
    const forget = () => {
      around = [];
    };
    const observer = new MutationObserver(() => {
      if (document.activeElement !== document.body || around[0]?.isConnected !== false) return;
      const lost = around;
      forget();
      focusFirst(lost);
    });
    addEventListener('focusin', remember);
    addEventListener('pointerdown', forget);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      removeEventListener('focusin', remember);
      removeEventListener('pointerdown', forget);
      observer.disconnect();
    };
  }, []);
}

/** An element and all that it is inside of, from inside to outside. */
function aroundOf(target: EventTarget | null): readonly Element[] {
  const around: Element[] = [];
  let at = target instanceof Element ? target : null;
  while (at !== null && at !== document.body) {
    around.push(at);
    at = at.parentElement;
  }
  return around;
}

function focusFirst(around: readonly Element[]): void {
  const [itself] = around;
  const places = around.filter((element) => element === itself || element.matches(PLACES));
  const main = document.querySelector('main');
  for (const place of main === null ? places : [...places, main]) {
    if (place instanceof HTMLElement && place.isConnected && takesFocus(place)) return;
  }
}

function takesFocus(place: HTMLElement): boolean {
  place.focus({ preventScroll: true });
  if (document.activeElement === place) return true;
  if (place.hasAttribute('tabindex')) return false;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
  const undo = () => place.removeAttribute('tabindex');
  if (document.activeElement === place) {
    place.addEventListener('blur', undo, { once: true });
    return true;
  }
  undo();
  return false;
}
