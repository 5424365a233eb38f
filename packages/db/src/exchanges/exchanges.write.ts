import type {
  BodyContent,
  ClosedExchange,
  ExchangesService,
  OpenedExchange,
  RecordedExchange,
} from '@stepledger/contract';
import { blobsPart } from '../blobs/blobs.part.ts';
import { openBag } from '../blobs/stored-blob.ts';
import { documentsPart } from '../documents/documents.part.ts';
import { toPutRows } from '../documents/write-rows.ts';
import { newId } from '../ids.ts';
import { type Committed, commit } from '../ledger/commit.ts';
import { newParsePart } from '../parses/parses.part.ts';
import { promptRefPart } from '../prompts/prompt-ref.part.ts';
import { toRequest } from '../requests/requests.ts';
import { STEP_ID, stepPart } from '../steps/steps.part.ts';
import type { StoreContext } from '../store-context.ts';
import { toAttemptRows } from './attempt-rows.ts';
import { closeExchangePart, newExchangePart } from './exchanges.part.ts';
import { messagesPart, toChain } from './messages.part.ts';

type Input<Method extends keyof ExchangesService> = Parameters<ExchangesService[Method]>[0];

/** Stores the prompt before the LLM is called. */
export async function openExchange(context: StoreContext, input: Input<'open'>): Promise<OpenedExchange> {
  const bag = await openBag(
    context.connection,
    context.scope.projectId,
    input.messages.map(({ content }) => content),
  );
  const { leaseSeconds, ...open } = input;
  const chain = toChain(input.messages, bag);
  const id = newId();
  return commit(context, {
    request: toRequest('exchanges.open', input),
    target: { runId: input.runId },
    change: { steps: [input.step.name] },
    known: { exchangeId: id },
    parts: [
      stepPart(input.step),
      blobsPart(bag),
      messagesPart(chain),
      promptRefPart(input.prompt),
      newExchangePart({ id, open, tip: tipOf(chain), leaseSeconds }),
    ],
  });
}

/** Stores a whole step by one statement: exchange, messages, blobs, parse, documents, versions, links, entry. */
export async function recordExchange(
  context: StoreContext,
  input: Input<'record'>,
): Promise<RecordedExchange> {
  const { response, error, documents: writes, messages } = input;
  const bag = await openBag(context.connection, context.scope.projectId, [
    ...messages.map(({ content }) => content),
    ...bodiesOf(input),
    ...writes.map(({ text }) => text),
  ]);
  const chain = toChain(messages, bag);
  const attempts = toAttemptRows(input.attempts, bag);
  const stored = response === undefined ? null : bag.add(response);
  const { documents, links } = toPutRows(writes, bag);
  const parse = input.parse ?? (writes.length > 0 ? UNNAMED_PARSE : undefined);
  const id = newId();
  const parseId = parse ? newId() : null;
  return commit<Committed & Omit<RecordedExchange, keyof Committed>>(context, {
    request: toRequest('exchanges.record', input),
    target: { runId: input.runId },
    change: { steps: [input.step.name] },
    known: { exchangeId: id, parseId },
    parts: [
      stepPart(input.step),
      blobsPart(bag),
      messagesPart(chain),
      promptRefPart(input.prompt),
      newExchangePart({
        id,
        open: input,
        tip: tipOf(chain),
        close: {
          ...input,
          attempts,
          status: error === undefined ? 'completed' : 'failed',
          response: stored,
          error,
        },
        ...(parse ? { parse: parse.status } : {}),
      }),
      ...(parse && parseId ? [newParsePart({ id: parseId, exchangeId: id, parse })] : []),
      documentsPart(documents, links, {
        stepId: STEP_ID,
        exchangeId: '(SELECT id FROM new_exchange)',
        ...(parse ? { parseId: '(SELECT id FROM new_parse)' } : {}),
      }),
    ],
  });
}

/** Stores the raw response before it is parsed. */
export async function completeExchange(
  context: StoreContext,
  input: Input<'complete'>,
): Promise<ClosedExchange> {
  return closeExchange(context, input, 'completed');
}

export async function failExchange(context: StoreContext, input: Input<'fail'>): Promise<ClosedExchange> {
  return closeExchange(context, input, 'failed');
}

async function closeExchange(
  context: StoreContext,
  input: Input<'complete'> | Input<'fail'>,
  status: 'completed' | 'failed',
): Promise<ClosedExchange> {
  const { exchangeId, response } = input;
  const bag = await openBag(context.connection, context.scope.projectId, bodiesOf(input));
  const attempts = toAttemptRows(input.attempts, bag);
  const stored = response === undefined ? null : bag.add(response);
  const error = 'error' in input ? input.error : undefined;
  return commit(context, {
    request: toRequest(status === 'completed' ? 'exchanges.complete' : 'exchanges.fail', input),
    target: { exchangeId },
    known: { exchangeId, status },
    parts: [
      blobsPart(bag),
      closeExchangePart(exchangeId, { ...input, attempts, status, response: stored, error }),
    ],
  });
}

const UNNAMED_PARSE = { parser: 'unnamed', parserVersion: '1', status: 'completed' } as const;

function tipOf(chain: ReturnType<typeof toChain>): Buffer {
  const tip = chain.at(-1);
  if (!tip) throw new Error('An exchange has at least one message');
  return tip.hash;
}

function bodiesOf(input: {
  response?: BodyContent | undefined;
  attempts: Input<'complete'>['attempts'];
}): (BodyContent | undefined)[] {
  return [input.response, ...input.attempts.flatMap(({ request, response }) => [request, response])];
}
