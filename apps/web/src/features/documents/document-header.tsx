import type { Document } from '@stepledger/client';
import { Pencil } from 'lucide-react';
import { formatBytes, formatDocument, formatStep, formatTime } from '../../lib/words/format.ts';
import { Badge, NameBadge, StatusBadge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Failure } from '../../ui/states.tsx';
import { ExchangeLink } from '../exchanges/exchange-link.tsx';
import { RunLink } from '../runs/run-link.tsx';
import { DeleteButton } from './delete-button.tsx';
import { ParserName } from './parser-name.tsx';
import type { DocumentWrites } from './use-document.ts';

export interface DocumentHeaderProps {
  head: Document;
  /** The version that is looked at. */
  shown: Document;
  writes: DocumentWrites;
  /** The head is another version now, made here. */
  onSaved: (version: number) => void;
  /** Undefined while it is being edited. */
  onEdit: (() => void) | undefined;
}

/** What the document is, what made the version that is shown, and what can be done. */
export function DocumentHeader({ head, shown, writes, onSaved, onEdit }: DocumentHeaderProps) {
  const { restore, undelete } = writes;
  const isOld = shown.version < head.version;
  const canRestore = isOld && onEdit !== undefined && !shown.deleted && !shown.purged;
  const expectedVersion = head.version;
  const saved = { onSuccess: ({ version }: { version: number }) => onSaved(version) };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 border-b p-3">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="min-w-0 text-base font-semibold break-words">
          <Visible text={formatDocument(head)} />
        </h1>
        <Badge tone={isOld ? 'warning' : 'accent'}>
          Version {shown.version} of {head.version}
        </Badge>
        {shown.status !== null && <StatusBadge status={shown.status} />}
        {head.deleted && <Badge tone="danger">Deleted</Badge>}
        {shown.purged && <Badge tone="danger">Purged</Badge>}
        {shown.tags.map((tag) => (
          <NameBadge key={tag} text={tag} />
        ))}
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form. */}
        <div role="group" aria-label="What can be done" className="ml-auto flex flex-wrap gap-2">
          {canRestore && (
            <Button
              disabled={restore.isPending}
              onClick={() =>
                restore.mutate({ documentId: head.id, version: shown.version, expectedVersion }, saved)
              }
            >
              Restore version {shown.version}
            </Button>
          )}
          {head.deleted ? (
            <Button
              variant="primary"
              disabled={undelete.isPending}
              onClick={() => undelete.mutate({ documentId: head.id, expectedVersion }, saved)}
            >
              Undelete
            </Button>
          ) : (
            <>
              {!isOld && !shown.purged && onEdit !== undefined && (
                <Button variant="primary" onClick={onEdit}>
                  <Pencil aria-hidden />
                  Edit
                </Button>
              )}
              <DeleteButton head={head} remove={writes.remove} onSaved={onSaved} />
            </>
          )}
        </div>
      </div>
      {shown.title !== null && (
        <p>
          <Visible text={shown.title} />
        </p>
      )}
      <Facts
        className="text-xs"
        facts={{
          run: <RunLink runId={head.runId} />,
          step: shown.step && <Visible text={formatStep(shown.step)} />,
          change: shown.change,
          revision: shown.revision,
          written: <time dateTime={shown.updatedAt}>{formatTime(shown.updatedAt)}</time>,
          author: shown.author !== null ? <Visible text={shown.author} /> : null,
          'produced by': shown.exchangeId && <ExchangeLink exchangeId={shown.exchangeId} />,
          'parsed by': shown.exchangeId && shown.parseId && (
            <ParserName exchangeId={shown.exchangeId} parseId={shown.parseId} />
          ),
          size: shown.content && formatBytes(shown.content.size),
          note: shown.note !== null ? <Visible text={shown.note.slice(0, 1000)} /> : null,
          metadata:
            Object.keys(shown.metadata).length > 0 ? (
              <Visible text={JSON.stringify(shown.metadata).slice(0, 1000)} />
            ) : null,
        }}
      />
      {restore.error !== null && <Failure error={restore.error} />}
      {undelete.error !== null && <Failure error={undelete.error} />}
    </div>
  );
}
