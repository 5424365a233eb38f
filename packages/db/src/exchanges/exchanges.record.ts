import type { ExchangesService, RecordedExchange } from '@stepledger/contract';
import { blobsPart } from '../blobs/blobs.part.ts';
import { openBag } from '../blobs/stored-blob.ts';
import { storeContext } from '../context/manifest-hash.ts';
import { documentsPart } from '../documents/documents.part.ts';
import { toPutRows } from '../documents/write-rows.ts';
import { newId } from '../ids.ts';
import { type Committed, commit } from '../ledger/commit.ts';
import { usedLinksPart, usedVersionsPart } from '../links/used-links.part.ts';
import { newParsePart } from '../parses/parses.part.ts';
import { promptRefPart } from '../prompts/prompt-ref.part.ts';
import { toRequest } from '../requests/requests.ts';
import { STEP_ID, stepPart } from '../steps/steps.part.ts';
import type { StoreContext } from '../store-context.ts';
import { toAttemptRows } from './attempt-rows.ts';
import { newExchangePart } from './exchanges.part.ts';
import { messagesPart, tipOf, toChain } from './messages.part.ts';

type Input = Parameters<ExchangesService['record']>[0];

/** Stores a whole step by one statement: exchange, messages, blobs, parse, documents, versions, links, entry. */
export async function recordExchange(context: StoreContext, input: Input): Promise<RecordedExchange> {
  const { response, error, documents: writes, messages } = input;
  const bag = await openBag(context.connection, context.scope.projectId, [
    ...messages.map(({ content }) => content),
    response,
    ...input.attempts.flatMap((attempt) => [attempt.request, attempt.response]),
    ...writes.map(({ text }) => text),
  ]);
  const chain = toChain(messages, bag);
  const attempts = toAttemptRows(input.attempts, (body) => bag.add(body));
  const stored = response === undefined ? null : bag.add(response);
  const built = storeContext(input.context, bag);
  const documents = toPutRows(writes, bag);
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
      usedVersionsPart(input.uses),
      newExchangePart({
        id,
        open: input,
        tip: tipOf(chain),
        context: built,
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
      documentsPart(documents, {
        stepId: STEP_ID,
        exchangeId: '(SELECT id FROM new_exchange)',
        ...(parse ? { parseId: '(SELECT id FROM new_parse)' } : {}),
      }),
      ...(input.uses?.length
        ? [usedLinksPart(documents, { from: 'new_exchange', exchangeId: id, uses: input.uses })]
        : []),
    ],
  });
}

const UNNAMED_PARSE = { parser: 'unnamed', parserVersion: '1', status: 'completed' } as const;
