import type { DocumentHandle, ExecuteInput, StepHandle } from '@stepledger/client';
import type { Llm } from './llm.ts';

export interface Work {
  llm: Llm;
  say: (line: string) => void;
}

export type StepPlan = Pick<ExecuteInput, 'prompt' | 'uses' | 'parse'>;

type Documents = [DocumentHandle, ...DocumentHandle[]];

/** Takes a step from its prompt to its documents, or finds that it was done before, and says how it went. */
export async function doStep({ llm, say }: Work, step: StepHandle, plan: StepPlan): Promise<Documents> {
  try {
    const { documents, called } = await step.execute({ ...plan, model: llm.model, call: llm.ask });
    const [first, ...others] = documents;
    if (first === undefined) throw new Error('The answer holds no document');
    if ((await step.get()).status !== 'completed') await step.complete();
    say(`${step.name}: ${called ? 'asked and stored' : 'stored before, nobody was asked'}`);
    return [first, ...others];
  } catch (error) {
    // The exchange with its raw response, if one came, is in the ledger already.
    const reason = error instanceof Error ? error.message : String(error);
    await step.fail(reason);
    throw new Error(`${step.name} failed: ${reason}`, { cause: error });
  }
}
