import { useCallback, useEffect, useRef, useState } from 'react';
import { type Draft, isDraftOf, isSameText, loadDraft, removeDraft, saveDraft } from './draft.ts';

/** Typing does not wait for the browser's disk. */
const WAIT_MS = 200;

export interface DraftInHand {
  draft: Draft | null;
  /** Whether the browser keeps it over a reload. */
  kept: boolean;
  /** Whether another tab has saved or discarded it; nothing was typed since, and the page has not gone on yet. */
  hasGone: boolean;
  /** The page goes on from what there is without it. */
  goOn: () => void;
  change: (draft: Draft) => void;
  discard: () => void;
  /** Answers what is going to be saved. */
  beginSave: () => Draft | null;
  /** What was answered is in a version now: it is a draft no more, but what was typed since, in any tab, still is. */
  endSave: (saved: Draft | null) => void;
}

/** The draft of a document, which outlives a reload, a crash and leaving the page; one for all tabs. */
export function useDraft(documentId: string): DraftInHand {
  const [draft, setDraft] = useState(() => loadDraft(documentId));
  const [kept, setKept] = useState(true);
  const [hasGone, setGone] = useState(false);
  const waiting = useRef<Draft | null>(null);
  /** What this page knows to be stored. */
  const stored = useRef(draft);

  const keep = useCallback(() => {
    const next = waiting.current;
    if (next === null) return;
    waiting.current = null;
    const isKept = saveDraft(documentId, next);
    setKept(isKept);
    // An older state of it would be worse than none. But what another tab has stored since is not older.
    if (!isKept && isSameText(loadDraft(documentId), stored.current)) removeDraft(documentId);
    stored.current = isKept ? next : null;
  }, [documentId]);

  useEffect(() => {
    if (draft === null || waiting.current === null) return;
    const timer = setTimeout(keep, WAIT_MS);
    return () => clearTimeout(timer);
  }, [draft, keep]);

  useEffect(() => {
    addEventListener('pagehide', keep);
    return () => {
      removeEventListener('pagehide', keep);
      keep();
    };
  }, [keep]);

  useEffect(() => {
    // Another tab is editing the same: both show what was typed last. What only this page holds is left alone.
    const follow = ({ key, storageArea }: StorageEvent) => {
      if (storageArea !== localStorage || !isDraftOf(documentId, key) || !kept) return;
      const next = loadDraft(documentId);
      stored.current = next;
      // What was typed here since was typed last.
      if (waiting.current !== null) return;
      setDraft(next);
      setGone(next === null);
    };
    addEventListener('storage', follow);
    return () => removeEventListener('storage', follow);
  }, [documentId, kept]);

  useEffect(() => {
    if (draft === null || kept) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [draft, kept]);

  return {
    draft,
    kept,
    hasGone,
    goOn: () => setGone(false),
    change: (next) => {
      waiting.current = next;
      setDraft(next);
      setGone(false);
    },
    discard: () => {
      waiting.current = null;
      removeDraft(documentId);
      setDraft(null);
    },
    beginSave: () => {
      keep();
      return draft;
    },
    endSave: (saved) => {
      if (isSameText(waiting.current, saved)) waiting.current = null;
      if (isSameText(loadDraft(documentId), saved)) removeDraft(documentId);
      setDraft((now) => (isSameText(now, saved) ? null : now));
    },
  };
}
