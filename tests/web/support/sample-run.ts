import type { RunHandle, Stepledger } from '@stepledger/client';

/**
 * A run as an agent leaves it: 2 steps, one inside of the other, a failed parse that a second one made good, a design that was
 * built on a requirement which has moved since, so that it is stale. 7 revisions.
 */
export async function writeSampleRun(ledger: Stepledger, key: string): Promise<RunHandle> {
  await ledger.workflows.define({ name: 'feature', steps: [{ name: 'plan_step' }, { name: 'design_step' }] });
  const run = await ledger.run({ key, workflow: 'feature', goal: 'A todo app' });
  const plan = run.step('plan_step');
  const requirement = await plan.documents.put({ kind: 'requirement', text: 'Todos.\n' });
  await ledger.steps.start({
    runId: run.id,
    step: { name: 'design_step', key: '1' },
    parent: { name: 'plan_step' },
  });
  const design = run.step('design_step', { key: '1' });
  const { exchangeId } = await design.record({
    prompt: 'Design a todo app.',
    response: 'A list of todos.',
    model: 'small',
    usage: { inputTokens: 800, outputTokens: 434, totalTokens: 1234 },
    parse: { parser: 'markdown', parserVersion: '1', status: 'failed', error: 'no heading' },
  });
  await ledger.parses.record({
    exchangeId,
    parser: 'markdown',
    parserVersion: '2',
    documents: [
      {
        kind: 'design',
        text: 'A list of todos.\n',
        links: [{ relation: 'derived_from', to: requirement.ref }],
      },
    ],
  });
  await design.complete();
  await requirement.update('Todos, with dates.\n');
  return run;
}
