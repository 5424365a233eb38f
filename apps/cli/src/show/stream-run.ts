import type { Step } from '@stepledger/client';
import type { Shell } from '../shell/shell.ts';
import type { ItemLines } from './describe-items.ts';
import type { ShownItem } from './join-documents.ts';

/** How deep a step stands, by its id. */
function depthsOf(steps: readonly Step[]): ReadonlyMap<string, number> {
  const parents = new Map(steps.map(({ id, parentStepId }) => [id, parentStepId]));
  const depths = new Map<string, number>();
  for (const { id } of steps) {
    const chain: string[] = [];
    for (let at: string | null | undefined = id; at && !depths.has(at); at = parents.get(at)) chain.push(at);
    for (const step of chain.reverse()) {
      const above = depths.get(parents.get(step) ?? '');
      depths.set(step, above === undefined ? 0 : above + 1);
    }
  }
  return depths;
}

export interface StreamOptions {
  lines: ItemLines;
  steps: readonly Step[];
}

/**
 * Prints everything in the order of the ledger, as it is read: a step's line stands wherever the ledger turns to another
 * step, and a parse names its exchange where that is not the one right before it.
 */
export async function streamRun(
  { out }: Shell,
  items: AsyncIterable<ShownItem>,
  { lines, steps }: StreamOptions,
): Promise<void> {
  const depths = depthsOf(steps);
  const byId = new Map(steps.map((step) => [step.id, step]));
  let current: string | null = null;
  let exchange: string | null = null;
  let indent = '';
  const turnTo = async (stepId: string | null) => {
    if (stepId === current) return;
    current = stepId;
    const step = byId.get(stepId ?? '');
    indent = '  '.repeat(step ? (depths.get(step.id) ?? 0) : 0);
    await out.write(`${indent}${step ? lines.step(step) : out.style('bold', '(in no step)')}\n`);
  };
  for await (const item of items) {
    switch (item.type) {
      case 'step':
        await turnTo(item.step.id);
        break;
      case 'exchange':
        await turnTo(item.exchange.step.id);
        exchange = item.exchange.id;
        await out.write(`${indent}  ${lines.exchange(item.exchange)}\n`);
        break;
      case 'document':
        await turnTo(item.document.step?.id ?? null);
        await out.write(`${indent}  ${lines.document(item.document)}\n`);
        break;
      case 'parse': {
        const other = item.parse.exchangeId === exchange ? '' : `  of exchange ${item.parse.exchangeId}`;
        const made = item.documents.map((document) => `${indent}      ${lines.made(document)}\n`).join('');
        await out.write(`${indent}    ${lines.parse(item.parse)}${other}\n${made}`);
      }
    }
  }
}
