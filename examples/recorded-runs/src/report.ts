import type { Corpus } from './corpus.ts';
import type { Loaded } from './load.ts';
import type { Plan } from './plan.ts';
import type { Verified } from './verify.ts';

const MISMATCHES_SHOWN = 20;

export function describeCorpus({ families, prompts }: Corpus): string {
  const lines = families.map(({ name, runs }) => {
    const steps = runs.flatMap((run) => run.steps);
    const exchanges = steps.reduce((sum, step) => sum + step.exchanges.length, 0);
    const documents = steps.reduce((sum, step) => sum + step.documents.length, 0);
    return `  ${name}: ${runs.length} runs, ${steps.length} steps, ${exchanges} exchanges, ${documents} documents`;
  });
  return [...lines, `  prompts: ${prompts.length} templates`].join('\n');
}

export function describeLoad(plan: Plan, { created }: Loaded): string {
  const part = (all: number, made: number, what: string) => `${all} ${what} (${made} new)`;
  const counts = [
    part(plan.prompts.length, created.prompts, 'prompts'),
    part(plan.workflows.length, created.workflows, 'workflows'),
    part(plan.runs.length, created.runs, 'runs'),
  ];
  return [
    `Stored: ${counts.join(', ')}`,
    `Kept in metadata, for want of a field: ${describeMetadata(plan)}`,
    `Kept in metadata only, as one side of it has no document: ${plan.unlinkedDerivations} derivations`,
  ].join('\n');
}

export function describeVerification(verified: Verified): string {
  const { texts, units, messages, links, entries, mismatches } = verified;
  const shown = mismatches.slice(0, MISMATCHES_SHOWN).map(({ path, reason }) => `  ${path} ${reason}`);
  const more = mismatches.length - shown.length;
  return [
    `Read back: ${entries} ledger entries, ${messages} messages, ${links} links`,
    `Compared with the source: ${texts} texts, ${units} UTF-16 units, ${mismatches.length} mismatches`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

function describeMetadata({ runs }: Plan): string {
  const counts = new Map<string, number>();
  for (const exchange of runs.flatMap(({ steps }) => steps.flatMap((step) => step.exchanges))) {
    for (const field of Object.keys(exchange.input.metadata ?? {})) {
      counts.set(field, (counts.get(field) ?? 0) + 1);
    }
  }
  return [...counts].map(([field, count]) => `${field} (${count})`).join(', ') || 'nothing';
}
