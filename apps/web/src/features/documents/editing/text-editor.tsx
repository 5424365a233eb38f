import type { Document } from '@stepledger/client';
import { type ReactNode, useId } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Input, Textarea } from '../../../ui/input.tsx';
import type { Draft } from './draft.ts';
import { fromEditable } from './editable-text.ts';
import type { DraftInHand } from './use-draft.ts';

export interface TextEditorProps {
  head: Document;
  /** The exact text of the version that is edited. */
  original: string;
  draft: Draft;
  inHand: DraftInHand;
  isSaving: boolean;
  onSave: (text: string, expectedVersion: number) => void;
  onMode: (mode: 'merge' | undefined) => void;
  /** Why the last save failed. */
  failure: ReactNode;
}

/** A plain text field. It holds what is not saved, whatever happens to the server or this page. */
export function TextEditor(props: TextEditorProps) {
  const { head, original, draft, inHand, isSaving, onSave, onMode, failure } = props;
  const label = useId();
  const text = fromEditable(draft);
  const hasMoved = draft.base < head.version;
  return (
    <section aria-label="Edit" className="flex min-h-0 grow flex-col gap-2 p-3">
      <div className="flex flex-wrap items-center gap-3">
        <h2 id={label} className="font-semibold">
          Version {draft.base}, edited
        </h2>
        <label className="flex grow items-center gap-2">
          Why
          <Input
            className="grow"
            placeholder="Note of the new version (optional)"
            readOnly={isSaving}
            value={draft.note}
            onChange={({ target }) => inHand.change({ ...draft, note: target.value })}
          />
        </label>
        <Button
          variant="primary"
          disabled={isSaving || text === original}
          onClick={() => onSave(text, draft.base)}
        >
          {isSaving ? 'Saving…' : 'Save a new version'}
        </Button>
        {hasMoved && <Button onClick={() => onMode('merge')}>Merge with version {head.version}</Button>}
        <Button onClick={() => onMode(undefined)}>Close</Button>
        <Button
          variant="ghost"
          onClick={() => {
            inHand.discard();
            onMode(undefined);
          }}
        >
          Discard
        </Button>
      </div>
      {failure}
      {!inHand.kept && (
        <p role="alert" className="text-warning">
          The browser has no room to keep this text over a reload: save it before you leave.
        </p>
      )}
      {draft.ends === 'crlf' && (
        <p className="text-xs text-muted-foreground">Every line of this text ends in CR LF, and will.</p>
      )}
      {draft.ends === 'marked' && (
        <p className="text-xs text-muted-foreground">A carriage return stands as ␍ here.</p>
      )}
      <Textarea
        aria-labelledby={label}
        className="min-h-40 grow resize-none"
        autoFocus
        spellCheck={false}
        // What is typed meanwhile would be in no version.
        readOnly={isSaving}
        value={draft.text}
        onChange={({ target }) => inHand.change({ ...draft, text: target.value })}
      />
    </section>
  );
}
