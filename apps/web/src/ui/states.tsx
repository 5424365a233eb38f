import type { ReactNode } from 'react';
import { toError } from '../lib/ledger.tsx';
import { Button } from './button.tsx';
import { Visible } from './exact-text.tsx';

/** What is to come, in the place where it will stand. */
export function Loading({ label = 'Loading' }: { label?: string }) {
  return (
    <div role="status" className="flex items-center gap-2 p-6 text-muted-foreground">
      <span className="size-3 animate-pulse rounded-full bg-primary" />
      {label}…
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

/** What failed, in the server's own words, and the way to try again. */
export function Failure({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const { code, message, requestId } = toError(error);
  return (
    <div role="alert" className="m-4 grid gap-2 rounded-md border border-danger bg-danger-surface p-4">
      <p className="font-medium break-words text-danger">
        <Visible text={message} />
      </p>
      <p className="text-xs">
        {code}
        {requestId !== null && requestId !== '' && <> · request {requestId}</>}
      </p>
      {retry !== undefined && (
        <div>
          <Button onClick={retry}>Try again</Button>
        </div>
      )}
    </div>
  );
}

interface Query<Data> {
  data: Data | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** A query's data where it is there, else that it is being loaded or why it is not there; old data stays on failure. */
export function Loaded<Data>({
  query,
  children,
}: {
  query: Query<Data>;
  children: (data: Data) => ReactNode;
}) {
  const { data, error, isPending, refetch } = query;
  if (data === undefined) {
    return isPending ? <Loading /> : <Failure error={error} retry={() => void refetch()} />;
  }
  return (
    <>
      {error !== null && error !== undefined && <Failure error={error} retry={() => void refetch()} />}
      {children(data)}
    </>
  );
}
