import type { Run } from '@stepledger/client';
import { formatBytes, formatCount, formatCountOf, formatDuration, formatWhen } from '../output/format.ts';
import { visible, visibleLine } from '../output/visible.ts';
import type { Shell } from '../shell/shell.ts';
import type { ItemLines } from './describe-items.ts';
import type { RunItem } from './read-run.ts';

/** What a run holds, in numbers, counted as it is read. */
export class RunTotals {
  #steps = 0;
  #exchanges = { count: 0, failed: 0, ms: 0, inputTokens: 0, outputTokens: 0, otherTokens: 0 };
  #parses = { count: 0, failed: 0 };
  #documents = { count: 0, bytes: 0 };

  /** Lets items pass and counts them. */
  async *counting(items: AsyncIterable<RunItem>): AsyncGenerator<RunItem, void, undefined> {
    for await (const item of items) {
      this.#add(item);
      yield item;
    }
  }

  render(): string {
    const { count, failed, ms, inputTokens, outputTokens, otherTokens } = this.#exchanges;
    const withFailed = (words: string, failed: number) =>
      failed === 0 ? words : `${words} (${formatCount(failed)} failed)`;
    const parts = [
      formatCountOf(this.#steps, 'step'),
      withFailed(formatCountOf(count, 'exchange'), failed),
      withFailed(formatCountOf(this.#parses.count, 'parse'), this.#parses.failed),
      `${formatCountOf(this.#documents.count, 'document')}, ${formatBytes(this.#documents.bytes)}`,
      `${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out`,
      ...(otherTokens === 0 ? [] : [`${formatCount(otherTokens)} tokens not told apart`]),
      ...(ms === 0 ? [] : [`${formatDuration(ms)} with LLMs`]),
    ];
    return parts.join('  ');
  }

  #add(item: RunItem): void {
    if (item.type === 'step') this.#steps += 1;
    else if (item.type === 'parse') {
      this.#parses.count += 1;
      if (item.parse.status === 'failed') this.#parses.failed += 1;
    } else if (item.type === 'exchange') {
      const { status, totalMs, usage } = item.exchange;
      const { inputTokens, outputTokens, totalTokens = 0 } = usage ?? {};
      this.#exchanges.count += 1;
      if (status === 'failed') this.#exchanges.failed += 1;
      this.#exchanges.ms += totalMs ?? 0;
      this.#exchanges.inputTokens += inputTokens ?? 0;
      this.#exchanges.outputTokens += outputTokens ?? 0;
      if (inputTokens === undefined && outputTokens === undefined) this.#exchanges.otherTokens += totalTokens;
    } else if (!item.document.deleted) {
      this.#documents.count += 1;
      this.#documents.bytes += item.document.content?.size ?? 0;
    }
  }
}

/** The first lines: which run, since when, what for. */
export function renderHead({ out }: Shell, run: Run, lines: ItemLines): string {
  const { workflow, createdAt, updatedAt, origin, goal } = run;
  const took = Date.parse(updatedAt) - Date.parse(createdAt);
  const head = [
    out.style('bold', visibleLine(run.key)),
    lines.status(run.status),
    `r${run.revision}`,
    ...(workflow === null ? [] : [visibleLine(`workflow ${workflow.name}@${workflow.version}`)]),
    out.style('dim', run.id),
  ];
  const times = `began ${formatWhen(createdAt)}  last entry ${formatWhen(updatedAt)}  ${formatDuration(took)}`;
  return [
    head.join('  '),
    ...(goal === null ? [] : beginningOf(goal)),
    times,
    ...(origin === null ? [] : [`forked from ${origin.runId} at r${origin.revision}`]),
  ].join('\n');
}

/** A goal can be a whole issue with its instructions; the tree is what people came for. */
const MAX_GOAL_LINES = 5;

function beginningOf(goal: string): string[] {
  const lines = visible(goal).trimEnd().split('\n');
  if (lines.length <= MAX_GOAL_LINES) return lines;
  const left = formatCountOf(lines.length - MAX_GOAL_LINES, 'more line');
  return [...lines.slice(0, MAX_GOAL_LINES), `... ${left}: stepledger runs get`];
}
