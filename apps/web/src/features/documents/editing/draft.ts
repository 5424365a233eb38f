import type { EditableText, LineEnds } from './editable-text.ts';
import { CHOICES, type Choice } from './merge-choices.ts';

/** What a person has typed and not saved yet. */
export interface Draft extends EditableText {
  /** The version that it was made from. */
  base: number;
  note: string;
  /** What was chosen for the conflicts with a version of somebody else. */
  merge?: { theirs: number; choices: (Choice | null)[] };
}

const LINE_ENDS: readonly LineEnds[] = ['lf', 'crlf', 'marked'];
const nameOf = (documentId: string) => `stepledger.draft.${documentId}`;

export function loadDraft(documentId: string): Draft | null {
  const stored = localStorage.getItem(nameOf(documentId));
  if (stored === null) return null;
  try {
    return readDraft(JSON.parse(stored));
  } catch {
    // Nobody but this page writes there; what is no JSON is no draft.
    return null;
  }
}

/** Answers whether the browser could keep it: it has room for a few million characters. */
export function saveDraft(documentId: string, draft: Draft): boolean {
  try {
    localStorage.setItem(nameOf(documentId), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

/** Whether both make the same text of the same version; a note or a choice is nothing without a text. */
export function isSameText(one: Draft | null, other: Draft | null): boolean {
  return one?.base === other?.base && one?.text === other?.text && one?.ends === other?.ends;
}

/** Whether a name of what the browser keeps is that of the draft; null stands for all of them. */
export function isDraftOf(documentId: string, name: string | null): boolean {
  return name === null || name === nameOf(documentId);
}

export function removeDraft(documentId: string): void {
  localStorage.removeItem(nameOf(documentId));
}

function readDraft(value: unknown): Draft | null {
  if (typeof value !== 'object' || value === null) return null;
  const { base, text, note, ends, merge } = value as Record<string, unknown>;
  const lineEnds = LINE_ENDS.find((known) => known === ends);
  if (typeof base !== 'number' || typeof text !== 'string' || lineEnds === undefined) return null;
  const choices = readMerge(merge);
  return {
    base,
    text,
    note: typeof note === 'string' ? note : '',
    ends: lineEnds,
    ...(choices && { merge: choices }),
  };
}

function readMerge(value: unknown): Draft['merge'] {
  if (typeof value !== 'object' || value === null) return undefined;
  const { theirs, choices } = value as Record<string, unknown>;
  if (typeof theirs !== 'number' || !Array.isArray(choices)) return undefined;
  return { theirs, choices: choices.map((choice) => CHOICES.find((known) => known === choice) ?? null) };
}
