import type { ReactNode } from 'react';
import { PartNotLoaded } from '../lib/lazy-part.ts';
import { useLive } from '../lib/live/live.tsx';
import { describeError } from '../lib/words/describe-error.ts';
import { Button } from './button.tsx';
import { Visible } from './exact-text.tsx';

/** What is to come, in the place where it will stand. */
export function Loading({ label = 'Loading' }: { label?: string }) {
  const { status } = useLive();
  return (
    <div role="status" className="flex items-center gap-2 p-6 text-muted-foreground">
      <span className="size-3 animate-pulse rounded-full bg-primary" />
      {status === 'offline' ? 'The server does not answer; still trying' : label}…
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-2 p-10 text-center">
      <h2 className="text-base font-semibold">{title}</h2>
      {children !== undefined && <div className="max-w-prose text-muted-foreground">{children}</div>}
    </div>
  );
}

export interface FailureProps {
  error: unknown;
  retry?: (() => void) | undefined;
  /** Whether that is at work. */
  isRetrying?: boolean | undefined;
  /** What else can be done. */
  children?: ReactNode;
}

/** What failed, in plain words and the server's own, and the way to try again. */
export function Failure({ error, retry, isRetrying = false, children }: FailureProps) {
  const { title, detail, code, requestId } = describeError(error);
  return (
    <div
      role="alert"
      className="m-4 grid gap-2 rounded-md border border-danger bg-danger-surface p-4 break-words"
    >
      <p className="font-medium text-danger">{title}</p>
      {detail !== null && (
        <p className="text-xs">
          <Visible text={detail} />
        </p>
      )}
      {code !== null && (
        <p className="text-xs">
          {code}
          {requestId !== null && requestId !== '' && <> · request {requestId}</>}
        </p>
      )}
      {(retry !== undefined || children !== undefined) && (
        <div className="flex flex-wrap gap-2">
          {retry !== undefined && (
            <Button disabled={isRetrying} onClick={retry}>
              {isRetrying ? 'Trying…' : 'Try again'}
            </Button>
          )}
          {children}
        </div>
      )}
    </div>
  );
}

interface Query<Data> {
  data: Data | undefined;
  error: unknown;
  isPending: boolean;
  isFetching?: boolean;
  refetch: () => unknown;
  /** Of a list whose next page failed, only that is asked for again. */
  isFetchNextPageError?: boolean;
  fetchNextPage?: () => unknown;
}

/** Why a query failed, and the way to try again. */
export function QueryFailure({ query }: { query: Omit<Query<unknown>, 'isPending' | 'data'> }) {
  const { error, isFetching, refetch, isFetchNextPageError = false, fetchNextPage } = query;
  if (error === null) return null;
  const again = isFetchNextPageError && fetchNextPage ? fetchNextPage : refetch;
  return (
    <Failure error={error} retry={() => void again()} isRetrying={isFetching}>
      {error instanceof PartNotLoaded && <ReloadButton />}
    </Failure>
  );
}

/** The way to code that the server has another version of by now. */
export function ReloadButton() {
  return <Button onClick={() => location.reload()}>Reload the page</Button>;
}

/** A query's data where it is there, else that it is being loaded or why it is not there; old data stays on failure. */
export function Loaded<Data>({
  query,
  children,
}: {
  query: Query<Data>;
  children: (data: Data) => ReactNode;
}) {
  const { data, isPending } = query;
  if (data === undefined) return isPending ? <Loading /> : <QueryFailure query={query} />;
  return (
    <>
      <QueryFailure query={query} />
      {children(data)}
    </>
  );
}
