import type { Run, StepRef } from '@stepledger/client';
import { createContext, use } from 'react';

/** What of a run is looked at. */
export interface RunView {
  /** The run as of `at`. */
  run: Run;
  /** The number of its newest entry. */
  newest: number;
  /** The revision that is looked at; undefined when that is the newest, whatever comes. */
  at: number | undefined;
  /** The field of every read; nothing when the newest is looked at. */
  asOf: { asOf?: { revision: number } };
  /** The step whose things are shown; undefined for those of all. */
  step: StepRef | undefined;
  /** Whether something is to be marked: what came since the reader did, or what the revision that is looked at wrote. */
  isNew: (revision: number | null) => boolean;
}

export const RunViewContext = createContext<RunView | null>(null);

export function useRunView(): RunView {
  const view = use(RunViewContext);
  if (view === null) throw new Error('useRunView is used outside of a run');
  return view;
}

/** A step out of `name` or `name:key`. Of a name that holds a colon itself, only its step can tell. */
export function readStep(text: string): StepRef {
  const at = text.indexOf(':');
  return at === -1 ? { name: text, key: '' } : { name: text.slice(0, at), key: text.slice(at + 1) };
}
