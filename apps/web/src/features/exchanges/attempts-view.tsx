import type { Attempt, Exchange, Blob as StoredBlob } from '@stepledger/client';
import { useState } from 'react';
import { formatBytes, formatDuration, formatTime } from '../../lib/words/format.ts';
import { Badge, StatusBadge } from '../../ui/badge.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Empty } from '../../ui/states.tsx';
import { ErrorText } from './bounded-text.tsx';
import { ResponseHeaders } from './response-headers.tsx';
import { StoredBody } from './stored-body.tsx';

/** Every HTTP attempt, also those that failed, with what was sent and what came back. */
export function AttemptsView({ exchange }: { exchange: Exchange }) {
  if (exchange.attempts.length === 0) {
    return <Empty title="No HTTP attempts are stored">The agent recorded messages and response alone.</Empty>;
  }
  return (
    <ol>
      {exchange.attempts.map((attempt) => (
        <li key={attempt.attempt} className="grid gap-2 border-b p-3">
          <AttemptView attempt={attempt} />
        </li>
      ))}
    </ol>
  );
}

function AttemptView({ attempt }: { attempt: Attempt }) {
  const { httpStatus, url, contentType, headers, error, request, response } = attempt;
  const { startedAt, firstByteMs, totalMs } = attempt;
  const isAnswered = httpStatus !== null || response !== null;
  return (
    <>
      <div className="flex items-center gap-2">
        <h2 className="font-semibold">Attempt {attempt.attempt}</h2>
        <StatusBadge status={attempt.status} />
        {httpStatus !== null && (
          <Badge tone={httpStatus < 400 ? 'success' : 'danger'}>HTTP {httpStatus}</Badge>
        )}
      </div>
      <Facts
        className="text-xs"
        facts={{
          url: url !== null ? <Visible text={url} /> : null,
          'content-type': contentType !== null ? <Visible text={contentType} /> : null,
          headers: isAnswered ? describeHeaders(headers) : null,
          started: startedAt && formatTime(startedAt),
          'first byte': firstByteMs !== null ? formatDuration(firstByteMs) : null,
          took: totalMs !== null ? formatDuration(totalMs) : null,
        }}
      />
      {error !== null && <ErrorText label={`Why attempt ${attempt.attempt} failed`} text={error} />}
      {request !== null && <OpenedBody label={`Request ${attempt.attempt}`} blob={request} />}
      {headers !== null && headers.length > 0 && (
        <ResponseHeaders label={`Headers of response ${attempt.attempt}`} headers={headers} />
      )}
      {response !== null && <OpenedBody label={`Response ${attempt.attempt}`} blob={response} />}
    </>
  );
}

/** What is said where there is no table of them. */
function describeHeaders(headers: Attempt['headers']): string | null {
  if (headers === null) return 'not recorded';
  return headers.length === 0 ? 'none' : null;
}

/** Loads a body when it is opened. */
function OpenedBody({ label, blob }: { label: string; blob: StoredBlob }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="rounded border" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="cursor-pointer px-3 py-1.5">
        {label} <span className="text-muted-foreground">{formatBytes(blob.size)}</span>
      </summary>
      {open && (
        <div className="h-96 border-t">
          <StoredBody label={label} blob={blob} form="exact" />
        </div>
      )}
    </details>
  );
}
