import type { ContextRef, VersionRef } from '@stepledger/contract';
import type { LedgerContext } from '../context.ts';
import type { resolvePrompt } from '../prompts/resolve-prompt.ts';
import type { ExecuteInput } from './execute.ts';

export interface ExecuteStep {
  runId: string;
  step: { name: string; key: string };
}

/** What one execution works with. */
export interface Execution extends ExecuteStep {
  context: LedgerContext;
  input: ExecuteInput;
  /** The context that the prompt was built with. */
  built: ContextRef | undefined;
  uses: VersionRef[];
  prompt: Awaited<ReturnType<typeof resolvePrompt>>;
  signal: AbortSignal;
}

/** What the exchange of an execution is, whoever asks for it. */
export function toOpen({ input, built, prompt, runId, step, uses }: Execution) {
  const { provider, model, parameters, metadata } = input;
  return {
    runId,
    step,
    ...prompt,
    uses,
    ...(built && { context: built }),
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
    ...(parameters && { parameters }),
    ...(metadata && { metadata }),
  };
}
