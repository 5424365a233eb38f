import type { Step } from '@stepledger/client';
import { visibleLine } from '../output/visible.ts';
import { parseStepRef } from '../refs/parse-refs.ts';
import { CliError } from '../shell/cli-error.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { StepSelection } from './read-run.ts';

/** Steps that are named in a hint. */
const MAX_NAMES = 20;

/** The steps of a name, all of them without a key, and what stands below them. @throws when there are none */
export function selectSteps(steps: readonly Step[], ref: string): StepSelection {
  const { name, key } = parseStepRef(ref);
  const hasKey = ref.includes(':');
  const named = steps.filter((step) => step.name === name && (!hasKey || step.key === key));
  if (named.length === 0) throw noStep(steps, ref);
  const children = Map.groupBy(steps, ({ parentStepId }) => parentStepId);
  const selected = new Map<string, Step>();
  const waiting = [...named];
  for (let step = waiting.pop(); step; step = waiting.pop()) {
    if (selected.has(step.id)) continue;
    selected.set(step.id, step);
    waiting.push(...(children.get(step.id) ?? []));
  }
  const isOne = [...selected.values()].every((step) => step.name === name);
  return {
    ids: new Set(selected.keys()),
    ...(isOne && { filter: { name, ...(selected.size === 1 && { key: named[0]?.key ?? '' }) } }),
  };
}

function noStep(steps: readonly Step[], ref: string): CliError {
  const names = [...new Set(steps.map(({ name }) => name))];
  const shown = names.slice(0, MAX_NAMES).map(visibleLine).join(', ');
  const hint =
    names.length === 0
      ? 'It has none yet.'
      : `It has ${shown}${names.length > MAX_NAMES ? ' and others' : ''}.`;
  return new CliError(`The run has no step ${visibleLine(ref)}`, { hint, exitCode: EXIT.notFound });
}
