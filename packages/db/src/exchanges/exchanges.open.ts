import { type ExchangesService, LedgerError, type OpenedExchange } from '@stepledger/contract';
import { blobsPart } from '../blobs/blobs.part.ts';
import { openBag } from '../blobs/stored-blob.ts';
import { storeContext } from '../context/manifest-hash.ts';
import { newId } from '../ids.ts';
import { commit } from '../ledger/commit.ts';
import { usedVersionsPart } from '../links/used-links.part.ts';
import { promptRefPart } from '../prompts/prompt-ref.part.ts';
import { findAnswer, type MutationRequest, toRequest } from '../requests/requests.ts';
import { stepPart } from '../steps/steps.part.ts';
import type { StoreContext } from '../store-context.ts';
import { closeInterrupted } from './exchanges.close.ts';
import { newExchangePart } from './exchanges.part.ts';
import { findHolder, type Memo, MemoHeld, toMemo } from './memo.ts';
import { messagesPart, tipOf, toChain } from './messages.part.ts';

type Input = Parameters<ExchangesService['open']>[0];

/** Turns before an exchange that others open and close all the time is given up. */
const MAX_TURNS = 8;

/**
 * Stores the prompt before the LLM is called, unless an exchange of the step holds the memo key: then that one is
 * answered and nothing is written.
 *
 * Of two calls at once with one memo key, the second fails on the unique index, finds the first's exchange and
 * answers it. A repeated call finds the exchange that its own first turn made; so the stored answer goes first.
 */
export async function openExchange(context: StoreContext, input: Input): Promise<OpenedExchange> {
  const { connection, scope } = context;
  const { runId, step, memoKey, force } = input;
  const request = toRequest('exchanges.open', input);
  const memo = memoKey === undefined ? undefined : toMemo(memoKey, input.uses, force);
  if (!memo || force) return commitOpen(context, { input, request, memo });
  for (let turn = 1; turn <= MAX_TURNS; turn++) {
    const holder = await findHolder(connection, { projectId: scope.projectId, runId, step, memo });
    if (holder) {
      const own = await findAnswer(context, request);
      if (own !== null) return JSON.parse(own) as OpenedExchange;
      if (!holder.isInterrupted) return holder.answer;
      await closeInterrupted(context, holder.answer.exchangeId);
      continue;
    }
    try {
      return await commitOpen(context, { input, request, memo });
    } catch (error) {
      if (!(error instanceof MemoHeld)) throw error;
    }
  }
  throw new LedgerError('UNAVAILABLE', {
    reason: 'Others open and close this exchange all the time; try again',
  });
}

async function commitOpen(
  context: StoreContext,
  { input, request, memo }: { input: Input; request: MutationRequest; memo: Memo | undefined },
): Promise<OpenedExchange> {
  const contents = input.messages.map(({ content }) => content);
  const bag = await openBag(context.connection, context.scope.projectId, contents);
  const chain = toChain(input.messages, bag);
  const built = storeContext(input.context, bag);
  const { exchangeId: id = newId(), leaseSeconds } = input;
  return commit<OpenedExchange>(context, {
    request,
    target: { runId: input.runId },
    change: { steps: [input.step.name] },
    known: {
      exchangeId: id,
      created: true,
      status: 'pending',
      leaseRemainingMs: Math.floor(leaseSeconds * 1000),
    },
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
        leaseSeconds,
        ...(memo ? { memo } : {}),
      }),
    ],
  });
}
