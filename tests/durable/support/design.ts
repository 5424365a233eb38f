import type { ExecuteInput, RunHandle, StepHandle, Stepledger } from '@stepledger/client';

/** Makes one document of the whole answer. */
export const parse = (raw: string) => [{ kind: 'design', text: raw }];

/** An LLM that counts how often it is asked and answers the same each time, or what it is told. */
export function createLlm(answer: (turn: number) => string = () => 'A list of todos.') {
  const asked: Parameters<ExecuteInput['call']>[0][] = [];
  const call: ExecuteInput['call'] = (context) => {
    asked.push(context);
    return answer(asked.length);
  };
  return { asked, call };
}

export async function openRun(ledger: Stepledger): Promise<{ run: RunHandle; step: StepHandle }> {
  const run = await ledger.run({ key: 'todo-app' });
  return { run, step: run.step('design_step') };
}
