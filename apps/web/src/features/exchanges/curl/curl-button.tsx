import type { Exchange } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLedger, useTRPC } from '../../../lib/ledger/ledger.tsx';
import { unchanging } from '../../../lib/ledger/unchanging.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { TextBox } from '../../../ui/text-box.tsx';
import { toStoredText } from '../stored-bytes.ts';
import { toChatBody, toCurl } from './to-curl.ts';

/** Shows how to send the request again from a shell; the body is only loaded when that is opened. */
export function CurlButton({ exchange }: { exchange: Exchange }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Copy as curl</Button>
      <Dialog
        title="Send it again"
        description="For bash or zsh. Keys are not stored, so set the variables that stand for them."
        open={open}
        onOpenChange={setOpen}
      >
        <Command exchange={exchange} />
      </Dialog>
    </>
  );
}

function Command({ exchange }: { exchange: Exchange }) {
  const { ledger, session } = useLedger();
  const trpc = useTRPC();
  const sent = exchange.attempts.findLast(({ request }) => request !== null);
  const request = sent?.request ?? null;
  const asked = useQuery(
    unchanging(
      trpc.exchanges.get.queryOptions(
        { exchangeId: exchange.id, withPrompt: true, withResponse: false },
        { enabled: request === null },
      ),
    ),
  );
  const body = useQuery({
    queryKey: ['blob', request?.id],
    queryFn: ({ signal }) => ledger.blobs.get(request?.id ?? '', { signal }),
    enabled: request !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
  });
  const { provider } = exchange;
  const url = exchange.attempts.findLast((attempt) => attempt.url !== null)?.url ?? null;
  if (request === null) {
    return (
      <Loaded query={asked}>
        {(full) => (
          <>
            <p className="text-warning">
              The HTTP request was not recorded: this body is made of the messages, as most servers take it.
            </p>
            <Shown command={toCurl({ url, provider, body: toChatBody(full), source: null })} />
          </>
        )}
      </Loaded>
    );
  }
  return (
    <Loaded query={body}>
      {(bytes) => (
        <Shown
          command={toCurl({
            url,
            provider,
            body: toStoredText(bytes, request.encoding),
            // What is stored as UTF-16 was no text that could be sent as bytes.
            source:
              request.encoding === 'utf16le'
                ? null
                : { url: `${ledger.url}/raw/${request.id}`, needsKey: session.token !== null },
          })}
        />
      )}
    </Loaded>
  );
}

function Shown({ command }: { command: string }) {
  return (
    <>
      <TextBox label="Command" text={command} className="max-h-80 rounded bg-muted p-3" />
      <div>
        <CopyButton text={command} />
      </div>
    </>
  );
}
