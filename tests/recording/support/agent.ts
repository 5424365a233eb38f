/**
 * An agent that makes a recorded call and an execution and comes to its end, for tests of what its process leaves.
 *
 * To one that `isCut` the server is away once it has its run. At its end it prints the delays of long timers that its
 * process was kept alive for.
 */
import { createStepledger } from '@stepledger/client';

export interface AgentOptions {
  url: string;
  llmUrl: string;
  spool: string;
  prompt: string;
  /** An execution beside the recorded call. */
  executes?: boolean;
  isCut?: boolean;
}

const LONG_MS = 1_000;
const waitedFor: number[] = [];
const { setTimeout } = globalThis;
globalThis.setTimeout = Object.assign((...[callback, ms = 0, ...rest]: Parameters<typeof setTimeout>) => {
  const onTime = () => {
    if (ms >= LONG_MS && timer.hasRef()) waitedFor.push(ms);
    callback(...rest);
  };
  const timer = setTimeout(onTime, ms);
  return timer;
}, setTimeout);
process.once('beforeExit', () => process.stdout.write(`${JSON.stringify(waitedFor)}\n`));

const options = JSON.parse(process.argv[2] ?? '') as AgentOptions;
const { url, llmUrl, spool, prompt, executes = false, isCut = false } = options;
let isAway = false;

const ledger = createStepledger({
  url,
  spool: { directory: spool },
  fetch: (input, init) => (isAway ? Promise.reject(new TypeError('fetch failed')) : fetch(input, init)),
});
const run = await ledger.run({ key: 'todo-app' });
isAway = isCut;
const step = run.step('design_step');

const body = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: prompt }] });
const answer = await step.fetch(`${llmUrl}/v1/chat/completions`, { method: 'POST', body });
await answer.text();
if (executes) {
  await step.execute({ prompt, call: () => 'A list of todos.', parse: (text) => [{ kind: 'design', text }] });
}
