import { createHash } from 'node:crypto';
import type { RunHandle, Stepledger } from '@stepledger/client';
import { doStep } from './do-step.ts';
import type { Llm } from './llm.ts';
import { PROMPTS, WORKFLOW } from './prompts.ts';
import { parseSubtaskList } from './subtask-list.ts';

export interface AgentOptions {
  ledger: Stepledger;
  llm: Llm;
  /** The feature to plan. The same idea is the same run. */
  idea: string;
  /** Told what happens, line by line. */
  say?: (line: string) => void;
}

/** Takes a feature idea to a requirement, a design and subtasks; what is stored already is not asked for again. */
export async function runAgent({
  ledger,
  llm,
  idea,
  say = () => undefined,
}: AgentOptions): Promise<RunHandle> {
  const work = { llm, say };

  // The predefined prompts and the process that uses them. Storing the same again makes no new version.
  for (const prompt of Object.values(PROMPTS)) await ledger.prompts.put(prompt);
  await ledger.workflows.define(WORKFLOW);

  // Gets the run of this idea, or makes it.
  const run = await ledger.run({ key: toRunKey(idea), workflow: WORKFLOW.name, goal: idea });
  say(run.created ? `This is a new run, ${run.key}` : `The run ${run.key} is there already`);

  // The prompt is stored before the LLM is asked, and its answer before it is read. Done before, nobody is asked.
  const [requirement] = await doStep(work, run.step('requirement_step'), {
    prompt: { name: PROMPTS.requirement.name, variables: { idea } },
    parse: (answer) => [{ kind: 'requirement', text: answer }],
  });

  // Built on the requirement: its text stands in the prompt, and a link names the exact version.
  const [design] = await doStep(work, run.step('design_step'), {
    prompt: { name: PROMPTS.design.name, variables: { idea, requirement: requirement.text } },
    uses: [requirement],
    parse: (answer) => [{ kind: 'design', text: answer }],
  });

  // One answer becomes many documents, each with a key of its own: work that other agents can claim.
  await doStep(work, run.step('subtask_step'), {
    prompt: { name: PROMPTS.subtasks.name, variables: { idea, design: design.text } },
    uses: [design],
    parse: {
      name: 'subtask-list',
      version: '1',
      parse: (answer) =>
        parseSubtaskList(answer).map((subtask) => ({ kind: 'subtask', status: 'open', ...subtask })),
    },
  });

  if (run.status !== 'completed') await run.complete();
  return run;
}

/** Readable, and another one for every other idea. */
function toRunKey(idea: string): string {
  const words = idea.toLowerCase().match(/[a-z0-9]+/g) ?? ['idea'];
  const digest = createHash('sha256').update(idea).digest('hex');
  return `${words.slice(0, 8).join('-').slice(0, 80)}-${digest.slice(0, 8)}`;
}
