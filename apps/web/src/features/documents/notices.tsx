import type { Document } from '@stepledger/client';
import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { Visible } from '../../ui/exact-text.tsx';

export interface NoticesProps {
  head: Document;
  /** The version that is looked at. */
  shown: number;
  /** The version that the URL asks for. */
  pinned: number | undefined;
  onShowHead: () => void;
  children?: ReactNode;
}

/** What a reader should know before reading on: that there is something newer. */
export function Notices({ head, shown, pinned, onShowHead, children }: NoticesProps) {
  return (
    <div role="status">
      {shown < head.version && (
        <Notice>
          {pinned === undefined ? (
            <>
              Version {head.version} {head.deleted ? 'has deleted this document' : 'has been saved'}
              {head.author !== null && (
                <>
                  {' '}
                  by <Visible text={head.author} />
                </>
              )}
              .
            </>
          ) : (
            <>This is an old version.</>
          )}
          <Button size="small" onClick={onShowHead}>
            Show version {head.version}
          </Button>
        </Notice>
      )}
      {children}
    </div>
  );
}

/** Says that something was typed and not saved. */
export function DraftNotice({
  base,
  onContinue,
  onDiscard,
}: {
  base: number;
  onContinue: () => void;
  onDiscard: () => void;
}) {
  return (
    <Notice>
      You have changes of version {base} that are not saved.
      <Button size="small" onClick={onContinue}>
        Go on editing
      </Button>
      <Button size="small" variant="ghost" onClick={onDiscard}>
        Discard them
      </Button>
    </Notice>
  );
}

function Notice({ children }: { children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-2 border-b bg-accent px-3 py-2 text-accent-foreground">
      {children}
    </div>
  );
}
