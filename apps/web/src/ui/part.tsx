import { CatchBoundary } from '@tanstack/react-router';
import { createContext, type ReactNode, Suspense, use, useEffect, useRef } from 'react';
import { PartNotLoaded } from '../lib/lazy-part.ts';
import { Button } from './button.tsx';
import { PartFailure } from './part-failure.tsx';
import { Loading } from './states.tsx';

interface Closing {
  /** Of a part that is a window: closes it, also where it could not be drawn. */
  onClose?: (() => void) | undefined;
  /** Gives the keyboard back then; to what had it before, when left out. */
  onClosed?: (() => void) | undefined;
}

export interface PartProps extends Closing {
  children: ReactNode;
  fallback?: ReactNode;
}

const ClosingContext = createContext<Closing>({});

/** A part of a page whose code is fetched when it is drawn. When it fails, the rest of the page stays. */
export function Part({ children, fallback = <Loading />, onClose, onClosed }: PartProps) {
  return (
    <ClosingContext value={{ onClose, onClosed }}>
      <CatchBoundary
        getResetKey={() => null}
        errorComponent={onClose === undefined ? PartFailure : WindowFailure}
      >
        <Suspense fallback={fallback}>{children}</Suspense>
      </CatchBoundary>
    </ClosingContext>
  );
}

/** The browser's own window: the code of ours would be part of each first load. */
function WindowFailure({ error, reset }: { error: unknown; reset: () => void }) {
  const { onClose, onClosed } = use(ClosingContext);
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (box.current?.open === false) box.current.showModal();
    return () => {
      // When it is opened again, it is tried again.
      if (error instanceof PartNotLoaded) error.forget();
    };
  }, [error]);
  const close = () => {
    onClose?.();
    onClosed?.();
  };
  return (
    <dialog
      ref={box}
      aria-label="This cannot be opened"
      className="m-auto w-[min(40rem,94vw)] rounded-lg border bg-background text-foreground shadow-xl backdrop:bg-black/50"
      onClose={close}
    >
      <PartFailure error={error} reset={reset}>
        <Button onClick={() => box.current?.close()}>Close</Button>
      </PartFailure>
    </dialog>
  );
}
