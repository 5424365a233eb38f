import {
  type BuiltContext,
  type ContextManifest,
  type ContextService,
  LedgerError,
} from '@stepledger/contract';
import { findRevision } from '../ledger/as-of.ts';
import type { StoreContext } from '../store-context.ts';
import { findCandidates } from './candidates.ts';
import { type FilledContext, fillContext } from './fill-context.ts';
import { hashOf, toCanonicalJson } from './manifest-hash.ts';
import { findPins } from './pins.ts';
import { openTokenizer, type Tokenizer, toCountBudget, toModelTokens } from './tokenizer.ts';

type Input = Parameters<ContextService['build']>[0];

/**
 * Chooses, orders and cuts documents for a prompt.
 *
 * Everything is read as of one revision, the newest when none is asked for; so the same call as of that revision gives
 * the same bytes, whatever was written since.
 */
export async function buildContext(context: StoreContext, input: Input): Promise<BuiltContext> {
  const { runId, budget } = input;
  const revision = input.asOf
    ? await findRevision(context, { runId }, input.asOf)
    : await findNewest(context, runId);
  const pins = await findPins(context, { runId, pins: input.pins, revision });
  const { candidates, more } = await findCandidates(context, input, { revision, pins });
  const tokenizer = await openTokenizer(context, input, revision);
  const filled = await fillContext(context, [...pins, ...candidates], {
    counter: tokenizer.counter,
    budget: toCountBudget(budget, tokenizer),
  });
  const manifest = toManifest({ runId, revision, budget, more }, filled, tokenizer);
  const { text, parts } = filled;
  return { hash: hashOf(toCanonicalJson(manifest)), manifest, text, parts: [...parts] };
}

async function findNewest({ connection, scope }: StoreContext, runId: string): Promise<number> {
  const [run] = await connection.query<{ revision: number }>(
    'SELECT revision FROM run WHERE project_id = $1 AND id = $2',
    [scope.projectId, runId],
  );
  if (!run) throw new LedgerError('NOT_FOUND', { type: 'run', id: runId });
  return run.revision;
}

function toManifest(
  built: Pick<ContextManifest, 'runId' | 'revision' | 'budget' | 'more'>,
  { text, documents, tokens, exact }: FilledContext,
  tokenizer: Tokenizer,
): ContextManifest {
  const { encoding, model, basis, thousandths } = tokenizer;
  return {
    ...built,
    tokens: toModelTokens(tokens, tokenizer),
    tokenizer: { encoding, model, basis, ratio: thousandths / 1000 },
    estimated: basis !== 'encoding' || !exact,
    textSha256: hashOf(text),
    documents: documents.map((document) => ({
      ...document,
      tokens: toModelTokens(document.tokens, tokenizer),
    })),
  };
}
