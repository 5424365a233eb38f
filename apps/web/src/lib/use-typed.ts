import { useState } from 'react';

/** Of this tab alone: another may type something else into the same field. */
const nameOf = (field: string) => `stepledger.typed.${field}`;

export interface Typed {
  text: string;
  change: (text: string) => void;
  /** What was sent has been done. What was typed since stays. */
  done: (sent: string) => void;
}

/** What is typed into a field: it outlives a reload, and that the field goes away, until it is done with. */
export function useTyped(field: string, initial = ''): Typed {
  const [typed, setTyped] = useState(() => load(field));
  if (typed.field !== field) setTyped(load(field));
  const change = (text: string | null) => {
    setTyped({ field, text });
    keep(field, text);
  };
  return {
    text: typed.text ?? initial,
    change: (text) => change(text === initial ? null : text),
    done: (sent) => {
      if (load(field).text === sent) keep(field, null);
      setTyped((now) => (now.field === field && now.text === sent ? { field, text: null } : now));
    },
  };
}

function load(field: string): { field: string; text: string | null } {
  return { field, text: sessionStorage.getItem(nameOf(field)) };
}

function keep(field: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(nameOf(field));
    else sessionStorage.setItem(nameOf(field), text);
  } catch {
    // The browser has no room for it: then it is there for as long as the field is.
  }
}
