import type { Document } from '@stepledger/client';
import { Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTyped } from '../../lib/use-typed.ts';
import { formatDocument } from '../../lib/words/format.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Input } from '../../ui/input.tsx';
import { Failure } from '../../ui/states.tsx';
import type { DocumentWrites } from './use-document.ts';

export interface DeleteButtonProps {
  head: Document;
  remove: DocumentWrites['remove'];
  onSaved: (version: number) => void;
}

/** Deletes after a question; what was typed as a reason stays when that fails. */
export function DeleteButton({ head, remove, onSaved }: DeleteButtonProps) {
  const [open, setOpen] = useState(false);
  const note = useTyped(`delete ${head.id}`);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    remove.mutate(
      { documentId: head.id, expectedVersion: head.version, ...(note.text !== '' && { note: note.text }) },
      {
        onSuccess: ({ version }) => {
          setOpen(false);
          note.done(note.text);
          onSaved(version);
        },
      },
    );
  };
  return (
    <>
      <Button
        variant="danger"
        onClick={() => {
          // One that is on its way is still heard of.
          if (!remove.isPending) remove.reset();
          setOpen(true);
        }}
      >
        <Trash2 aria-hidden />
        Delete
      </Button>
      <Dialog
        title={`Delete ${formatDocument(head)}?`}
        description="Its versions stay, and Undelete brings it back."
        open={open}
        onOpenChange={setOpen}
      >
        <form onSubmit={submit} className="grid gap-3">
          <label className="grid gap-1">
            Why (optional)
            <Input value={note.text} onChange={({ target }) => note.change(target.value)} />
          </label>
          {remove.error !== null && <Failure error={remove.error} />}
          <div>
            <Button type="submit" variant="danger" disabled={remove.isPending}>
              Delete it
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
