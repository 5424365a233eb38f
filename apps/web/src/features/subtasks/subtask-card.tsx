import type { Document } from '@stepledger/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatDocument } from '../../lib/words/format.ts';
import { toVisible } from '../../lib/words/visible.ts';
import { Badge } from '../../ui/badge.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Select } from '../../ui/input.tsx';
import { Failure } from '../../ui/states.tsx';
import { ClaimHold } from './claim-hold.tsx';
import { type Hold, SUBTASK_STATUSES } from './use-subtasks.ts';

export interface SubtaskCardProps {
  document: Document;
  hold: Hold | undefined;
  /** Undefined while that is not known. */
  isReady: boolean | undefined;
  /** The id of the subtask whose status has just been chosen: the keyboard goes with it into its new column. */
  followed: RefObject<string | null>;
}

/** One subtask: what it is, whether work on it may begin, who holds it, and its status, which can be changed. */
export function SubtaskCard({ document, hold, isReady, followed }: SubtaskCardProps) {
  const { id, version, title, status } = document;
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const update = useMutation(
    trpc.documents.update.mutationOptions({
      onSuccess: () => void queryClient.invalidateQueries(trpc.documents.pathFilter()),
    }),
  );
  const select = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    if (followed.current === id) select.current?.focus();
  }, [followed, id]);
  // Refused when somebody changed it since it was read. What was chosen stays chosen.
  const save = (next: string) => update.mutate({ documentId: id, status: next, expectedVersion: version });
  const choose = (next: string) => {
    if (update.isPending) return;
    followed.current = id;
    save(next);
  };
  const chosen = update.isIdle || update.isSuccess ? status : (update.variables?.status ?? status);
  const name = formatDocument(document);
  return (
    <article className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-md border bg-background p-2.5">
      <div className="flex flex-wrap items-baseline gap-2">
        <Link
          to="/documents/$documentId"
          params={{ documentId: id }}
          className="min-w-0 font-medium break-words text-primary hover:underline"
        >
          <Visible text={title ?? name} />
        </Link>
        {title !== null && (
          <span className="min-w-0 text-xs break-words text-muted-foreground">
            <Visible text={name} />
          </span>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Select
          aria-label={`Status of ${toVisible(name)}`}
          className="h-7 text-xs aria-disabled:cursor-not-allowed aria-disabled:opacity-50"
          value={chosen ?? ''}
          ref={select}
          // Another is chosen once this one is saved. Disabled in earnest, it would lose the focus.
          aria-disabled={update.isPending}
          aria-busy={update.isPending}
          onChange={({ target }) => choose(target.value)}
          onMouseDown={(event) => {
            if (update.isPending) event.preventDefault();
          }}
          onKeyDown={(event) => {
            if (!update.isPending) openByArrow(event);
            else if (event.key !== 'Tab' && !event.ctrlKey && !event.metaKey) event.preventDefault();
          }}
          onBlur={() => {
            followed.current = null;
          }}
        >
          {chosen === null && <option value="">no status</option>}
          {SUBTASK_STATUSES.map((known) => (
            <option key={known} value={known}>
              {known.replaceAll('_', ' ')}
            </option>
          ))}
        </Select>
        {isReady === true && hold === undefined && <Badge tone="success">ready</Badge>}
        {isReady === false && hold === undefined && (status === 'open' || status === null) && (
          <Badge tone="warning">waits for others</Badge>
        )}
      </div>
      {hold !== undefined && <ClaimHold hold={hold} />}
      {update.error !== null && (
        <Failure error={update.error} retry={() => save(update.variables?.status ?? 'open')} />
      )}
    </article>
  );
}

/** On a closed list, an arrow would choose each status on the way, and so save it. */
function openByArrow(event: KeyboardEvent<HTMLSelectElement>): void {
  const isArrow = event.key === 'ArrowDown' || event.key === 'ArrowUp';
  if (!isArrow || !CSS.supports('selector(:open)') || event.currentTarget.matches(':open')) return;
  event.preventDefault();
  event.currentTarget.showPicker();
}
