import type { Document } from '@stepledger/client';
import { toCallError } from '../../../lib/ledger/call-error.ts';
import { Failure, Loaded } from '../../../ui/states.tsx';
import { type DocumentWrites, useVersionText } from '../use-document.ts';
import { toEditable } from './editable-text.ts';
import { MergeView } from './merge-view.tsx';
import { TextEditor } from './text-editor.tsx';
import type { DraftInHand } from './use-draft.ts';

export interface EditViewProps {
  head: Document;
  /** The version that is, or will be, edited. */
  base: number;
  draft: DraftInHand;
  writes: DocumentWrites;
  onSaved: (version: number) => void;
  mode: 'text' | 'merge';
  /** Undefined ends the editing; the draft stays. */
  onMode: (mode: 'text' | 'merge' | undefined) => void;
}

/** Editing, and the merge where somebody else saved meanwhile. What was typed stays until it is saved or discarded. */
export function EditView({ head, base, draft: inHand, writes, onSaved, mode, onMode }: EditViewProps) {
  const query = useVersionText({ documentId: head.id, version: base });
  const { update } = writes;

  const save = (text: string, expectedVersion: number) => {
    const note = inHand.draft?.note ?? '';
    update.mutate(
      { documentId: head.id, text, expectedVersion, ...(note !== '' && { note }) },
      {
        onSuccess: ({ version }) => onSaved(version),
        onError: (error) => {
          if (toCallError(error)?.code === 'VERSION_CONFLICT') onMode('merge');
        },
      },
    );
  };
  // A conflict is shown as a merge.
  const failure = update.error !== null && toCallError(update.error)?.code !== 'VERSION_CONFLICT' && (
    <Failure error={update.error} />
  );

  return (
    <Loaded query={query}>
      {({ text }) => {
        const original = text ?? '';
        const editable = toEditable(original);
        const draft = inHand.draft ?? (editable === null ? null : { ...editable, base, note: '' });
        if (draft === null) {
          return (
            <p className="p-4">
              This text holds both bare carriage returns and the sign that would stand for them here, so it
              cannot be edited in a browser without being changed by it.
            </p>
          );
        }
        return mode === 'merge' ? (
          <MergeView
            head={head}
            original={original}
            draft={draft}
            inHand={inHand}
            isSaving={update.isPending}
            onSave={save}
            onBack={() => onMode('text')}
            failure={failure}
          />
        ) : (
          <TextEditor
            head={head}
            original={original}
            draft={draft}
            inHand={inHand}
            isSaving={update.isPending}
            onSave={save}
            onMode={onMode}
            failure={failure}
          />
        );
      }}
    </Loaded>
  );
}
