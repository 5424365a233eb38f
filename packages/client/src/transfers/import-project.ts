import type { TransferLine } from '@stepledger/contract';
import { isLedgerError } from '../errors/stepledger-error.ts';
import type { TransferCalls, TransferContext } from './transfer-calls.ts';

type ProjectLine = Extract<TransferLine, { type: 'project' }>;

/**
 * Finds the project of a file here, or makes it. One that is here keeps its name, unless there is nothing in it: every
 * server makes the default one by itself.
 *
 * @returns null in a dry run, where there is none.
 */
export async function openProject(
  context: TransferContext,
  { slug, name }: ProjectLine,
  { dryRun = false, signal }: { dryRun?: boolean | undefined; signal?: AbortSignal | undefined },
): Promise<TransferCalls | null> {
  const { projects } = context.calls.features;
  const found = await projects.get({ slug }, { signal }).catch((error: unknown) => {
    if (isLedgerError(error, 'NOT_FOUND')) return null;
    throw error;
  });
  if (found === null && dryRun) return null;
  if (found === null) await projects.create({ slug, name }, { signal });
  const calls = context.openProject(slug);
  if (found !== null && found.name !== name && !dryRun && (await isEmpty(calls, signal))) {
    await projects.update({ slug, name }, { signal });
  }
  return calls;
}

async function isEmpty({ features }: TransferCalls, signal: AbortSignal | undefined): Promise<boolean> {
  for (const kind of ['workflow', 'prompt', 'run'] as const) {
    const { items } = await features.transfers.units({ type: kind, limit: 1 }, { signal });
    if (items.length > 0) return false;
  }
  return true;
}
