import type { AsOf, Run, Step } from '@stepledger/client';
import { Command } from 'commander';
import { withPagedShell } from '../output/paged-shell.ts';
import { openProgress, type Progress } from '../output/progress.ts';
import { parseAsOf } from '../refs/parse-refs.ts';
import { resolveRun } from '../refs/resolve-refs.ts';
import { toCount } from '../shell/option-values.ts';
import type { Shell } from '../shell/shell.ts';
import { ItemLines } from './describe-items.ts';
import { joinDocuments, placeAtHeads, type ShownItem } from './join-documents.ts';
import { type RunSource, readRun, readSteps } from './read-run.ts';
import { renderTree } from './render-tree.ts';
import { RunTotals, renderHead } from './run-totals.ts';
import { RunTree } from './run-tree.ts';
import { selectSteps } from './select-steps.ts';
import { streamRun } from './stream-run.ts';

interface ShowOptions {
  asOf?: AsOf;
  step?: string;
  depth?: number;
  number: number;
  all?: true;
}

/** Items between two times that a person is told how far it is. */
const PROGRESS_ITEMS = 1000;
/** Lines at each end of what stands below a step. */
const DEFAULT_ENDS = 10;

export function createShowCommand(shell: Shell): Command {
  return new Command('show')
    .description('Show a run: its steps with their exchanges, parses and documents.')
    .argument('[run]', 'a run, by key or id; the configured one if none')
    .option('--as-of <revision>', 'as it was: a revision such as 12, or a time', parseAsOf)
    .option('--step <step>', 'only these steps and what is in them: NAME or NAME:KEY')
    .option('--depth <n>', 'levels to show; 1 is the steps alone', toCount)
    .option('-n, --number <n>', 'the first and the last n of each step', toCount, DEFAULT_ENDS)
    .option('--all', 'everything, in the order of the ledger')
    .addHelpText(
      'after',
      `
Examples:
  stepledger show todo-app
  stepledger show todo-app --step code_step:2
  stepledger show todo-app --as-of 12 --depth 2
  stepledger show todo-app --all
  stepledger show todo-app --json`,
    )
    .action(async (ref: string | undefined, options: ShowOptions) => {
      const source = { runId: await resolveRun(shell, ref), asOf: options.asOf };
      const run = await shell.ledger.runs.get(source);
      const steps = await readSteps(shell, source);
      const selection = options.step === undefined ? undefined : selectSteps(steps, options.step);
      const shown = { run, steps, source: { ...source, steps: selection } };
      await withPagedShell(shell, (paged) => showRun(paged, shown, options));
    });
}

interface Shown {
  run: Run;
  steps: readonly Step[];
  source: RunSource;
}

async function showRun(shell: Shell, { run, steps, source }: Shown, options: ShowOptions): Promise<void> {
  const { out } = shell;
  if (out.json) return printItems(shell, { run, steps, source });
  const lines = new ItemLines(shell, run.key);
  const totals = new RunTotals();
  const items = joinDocuments(totals.counting(readRun(shell, source, steps)));
  const head = renderHead(shell, run, lines);
  if (options.all) {
    await out.write(`${head}\n\n`);
    await streamRun(shell, items, { lines, steps });
    await out.write(`\n${totals.render()}\n`);
    return;
  }
  const isIn = ({ id }: { id: string }) => source.steps === undefined || source.steps.ids.has(id);
  const parents = new Map(steps.filter(isIn).map(({ id, parentStepId }) => [id, parentStepId]));
  // The parents of the steps that were asked for are not shown.
  for (const [id, parent] of parents) if (!parents.has(parent ?? '')) parents.set(id, null);
  const tree = new RunTree(parents, options.number);
  await readWithProgress(shell, run, items, (item) => tree.add(item));
  const depth = options.depth ?? Number.POSITIVE_INFINITY;
  const drawn = renderTree(tree.root, lines, { style: out.style, depth });
  await out.write(`${head}\n${totals.render()}\n${drawn === '' ? '' : `\n${drawn}\n`}`);
}

/** Shows how far it is once it takes long: a run of 100,000 exchanges is read through before its ends are known. */
async function readWithProgress(
  { out }: Shell,
  { key }: Run,
  items: AsyncIterable<ShownItem>,
  add: (item: ShownItem) => void,
): Promise<void> {
  let count = 0;
  let progress: Progress | undefined;
  try {
    for await (const item of items) {
      add(item);
      count += 1;
      if (count % PROGRESS_ITEMS !== 0) continue;
      progress ??= openProgress(out, { label: `Reading ${key}`, unit: 'items' });
      progress.update({ done: count });
    }
  } finally {
    progress?.[Symbol.dispose]();
  }
}

/** The run, then a line for each item in the order of the ledger, all in the API's own shapes. */
async function printItems(shell: Shell, { run, steps, source }: Shown): Promise<void> {
  const { out } = shell;
  const none = () => '';
  await out.item({ type: 'run', run }, none);
  for await (const { revision: _, ...item } of placeAtHeads(readRun(shell, source, steps)))
    await out.item(item, none);
}
