import { type ClosedExchange, type ExchangesService, LedgerError } from '@stepledger/contract';
import { blobsPart } from '../blobs/blobs.part.ts';
import { type BlobBag, type BlobRef, openBag } from '../blobs/stored-blob.ts';
import { commit } from '../ledger/commit.ts';
import { toRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';
import { toAttemptRows } from './attempt-rows.ts';
import { closeExchangePart } from './exchanges.part.ts';
import {
  type Body,
  givenBody,
  isStreamed,
  LAST,
  readStreams,
  type Streams,
  storeBody,
  type WantedStream,
  whileStreamMoves,
} from './streams.ts';

type CompleteInput = Parameters<ExchangesService['complete']>[0];
type FailInput = Parameters<ExchangesService['fail']>[0];

type Closing = (
  | { readonly status: 'completed'; readonly input: CompleteInput }
  | { readonly status: 'failed'; readonly input: FailInput }
) & {
  /** Leaves an exchange alone whose writer has shown a sign of life. */
  readonly onlyInterrupted?: boolean;
};

/** Stores the raw response before it is parsed. */
export function completeExchange(context: StoreContext, input: CompleteInput): Promise<ClosedExchange> {
  return closeExchange(context, { status: 'completed', input });
}

/** Closes an exchange with its error, and what had arrived unless a response is given. */
export function failExchange(context: StoreContext, input: FailInput): Promise<ClosedExchange> {
  return closeExchange(context, { status: 'failed', input });
}

/**
 * Closes an exchange as failed whose writer let its lease run out, with what had arrived.
 *
 * Does nothing when its writer came back, or when somebody else closed it: who asked has to look again.
 */
export async function closeInterrupted(context: StoreContext, exchangeId: string): Promise<void> {
  const error = 'interrupted: its writer was silent for longer than its lease';
  const input = { exchangeId, error, attempts: [] };
  try {
    await closeExchange(context, { status: 'failed', input, onlyInterrupted: true });
  } catch (error) {
    if (!isOvertaken(error)) throw error;
  }
}

function isOvertaken(error: unknown): boolean {
  return error instanceof LedgerError && ['INVALID_STATE', 'NOT_FOUND', 'PURGED'].includes(error.code);
}

function closeExchange(context: StoreContext, closing: Closing): Promise<ClosedExchange> {
  const { input, status, onlyInterrupted } = closing;
  const { exchangeId } = input;
  const request = toRequest(status === 'completed' ? 'exchanges.complete' : 'exchanges.fail', input);
  const wanted = wantedStreams(closing);
  return whileStreamMoves(async () => {
    const streams = wanted.length > 0 ? await readStreams(context, { exchangeId, wanted, request }) : null;
    const bag = await openBag(context.connection, context.scope.projectId, givenBodies(input));
    const attempts = toAttemptRows<Body>(input.attempts, (body, attempt) =>
      storeBody(body, { bag, streams, attempt }),
    );
    const response = storeResponse(input.response, { bag, streams });
    const error = closing.status === 'failed' ? closing.input.error : undefined;
    return commit(context, {
      request,
      target: { exchangeId },
      known: { exchangeId, status },
      parts: [
        closeExchangePart(
          exchangeId,
          { ...input, attempts, status, response, error },
          { seen: streams?.seen, onlyInterrupted },
        ),
        blobsPart(bag, 'closed_exchange'),
      ],
    });
  });
}

/** Each attempt once; a failed exchange without a response takes what there is. */
function wantedStreams({ status, input }: Closing): WantedStream[] {
  const { response } = input;
  const wanted: WantedStream[] = [];
  if (isStreamed(response)) wanted.push({ attempt: LAST, bytes: response.streamed });
  else if (response === undefined && status === 'failed') wanted.push({ attempt: LAST });
  for (const [index, sent] of input.attempts.entries()) {
    if (isStreamed(sent.response)) {
      wanted.push({ attempt: sent.attempt ?? index + 1, bytes: sent.response.streamed });
    }
  }
  return wanted;
}

function givenBodies({ response, attempts }: CompleteInput | FailInput) {
  const bodies = attempts.flatMap((attempt) => [attempt.request, givenBody(attempt.response)]);
  return [givenBody(response), ...bodies];
}

function storeResponse(
  response: Body | undefined,
  { bag, streams }: { bag: BlobBag; streams: Streams | null },
): BlobRef | null {
  if (response !== undefined) return storeBody(response, { bag, streams, attempt: LAST });
  const arrived = streams?.bodies.get(LAST);
  if (arrived === undefined) return null;
  if (!Buffer.isBuffer(arrived)) return arrived;
  return arrived.length > 0 ? bag.addBytes(arrived) : null;
}
