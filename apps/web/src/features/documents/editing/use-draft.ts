import { useCallback, useEffect, useRef, useState } from 'react';
import { type Draft, isDraftOf, loadDraft, removeDraft, saveDraft } from './draft.ts';

/** Typing does not wait for the browser's disk. */
const WAIT_MS = 200;

export interface DraftInHand {
  draft: Draft | null;
  /** Whether the browser keeps it over a reload. */
  kept: boolean;
  change: (draft: Draft) => void;
  discard: () => void;
}

/** The draft of a document, which outlives a reload, a crash and leaving the page; one for all tabs. */
export function useDraft(documentId: string): DraftInHand {
  const [draft, setDraft] = useState(() => loadDraft(documentId));
  const [kept, setKept] = useState(true);
  const waiting = useRef<Draft | null>(null);

  const keep = useCallback(() => {
    if (waiting.current === null) return;
    setKept(saveDraft(documentId, waiting.current));
    waiting.current = null;
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
      waiting.current = null;
      setDraft(loadDraft(documentId));
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
    change: (next) => {
      waiting.current = next;
      setDraft(next);
    },
    discard: () => {
      waiting.current = null;
      removeDraft(documentId);
      setDraft(null);
    },
  };
}
