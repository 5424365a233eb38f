import type { Stepledger } from '@stepledger/client';
import { type Comparison, compare, newComparison } from './compare.ts';
import { type Loaded, nameOf } from './load.ts';
import { mapConcurrently } from './map-concurrently.ts';
import type { Plan, PlannedRun } from './plan.ts';
import { readRun, type StoredRun } from './read-back.ts';
import { rebuildPrompt, rebuildRun } from './rebuild.ts';

export interface Verified extends Comparison {
  entries: number;
  links: number;
  messages: number;
}

/** Reads everything back, writes each source line again out of it, and compares the two. */
export async function verify(
  ledger: Stepledger,
  { plan, loaded }: { plan: Plan; loaded: Loaded },
  onProgress: (line: string) => void,
): Promise<Verified> {
  const verified: Verified = { ...newComparison(), entries: 0, links: 0, messages: 0 };
  await mapConcurrently(plan.prompts, async ({ put, source }) => {
    const version = loaded.promptVersions.get(put.name);
    const prompt = await ledger.prompts.get({ name: put.name, ...(version !== undefined && { version }) });
    compare(source, rebuildPrompt(prompt), put.name, verified);
    compare(1, prompt.template.length, `${put.name} messages`, verified);
  });
  let done = 0;
  await mapConcurrently(loaded.runs, async ({ id, planned }) => {
    const stored = await readRun(ledger, id);
    compare(planned.source, rebuildRun(stored), planned.start.key, verified);
    compareRun(planned, stored, verified);
    done += 1;
    onProgress(`compared run ${done} of ${loaded.runs.length}: ${planned.start.key}`);
  });
  return verified;
}

/** What the source's line does not say by itself: whole conversations, lineage, order and the ledger's own laws. */
function compareRun(planned: PlannedRun, { run, steps, entries }: StoredRun, verified: Verified): void {
  const { key, workflow } = planned.start;
  compare(
    { key, workflow, status: 'completed' },
    { key: run.key, workflow: run.workflow?.name, status: run.status },
    `${key} (run)`,
    verified,
  );
  compare(
    planned.steps.map((step) => ({ name: step.name, key: step.key, status: 'completed' })),
    steps.map(({ step }) => ({ name: step.name, key: step.key, status: step.status })),
    `${key} (steps)`,
    verified,
  );
  compare(
    toConversations(planned),
    steps.map(({ exchanges }) => exchanges.map(({ exchange }) => exchange.messages)),
    `${key} (messages)`,
    verified,
  );
  compare(toLineage(planned), toStoredLineage(steps), `${key} (lineage)`, verified);
  compare(
    Array.from({ length: run.revision }, (_, index) => index + 1),
    entries.map(({ revision }) => revision),
    `${key} (revisions)`,
    verified,
  );
  verified.entries += entries.length;
  for (const { exchanges, documents } of steps) {
    for (const { exchange } of exchanges) verified.messages += exchange.messages.length;
    for (const { links } of documents) verified.links += links.length;
  }
}

function toConversations({ steps }: PlannedRun): unknown {
  return steps.map(({ exchanges }) =>
    exchanges.map(({ input }) => input.messages.map((message) => ({ ...message, format: 'text' }))),
  );
}

/** Which documents each document derives from, by kind and key. */
function toLineage({ steps }: PlannedRun): Record<string, string[]> {
  const lineage: Record<string, string[]> = {};
  for (const { exchanges, documents: others } of steps) {
    for (const { documents, derivesFrom } of exchanges) {
      for (const document of documents) lineage[nameOf(document)] = derivesFrom.map(nameOf).sort();
    }
    for (const document of others) lineage[nameOf(document)] = [];
  }
  return lineage;
}

function toStoredLineage(steps: StoredRun['steps']): Record<string, string[]> {
  const stored = steps.flatMap(({ documents }) => documents);
  const names = new Map(stored.map(({ document }) => [document.id, nameOf(document)]));
  return Object.fromEntries(
    stored.map(({ document, links }) => [
      nameOf(document),
      links
        .map(
          ({ to, relation }) => `${relation === 'derived_from' ? '' : relation}${names.get(to.documentId)}`,
        )
        .sort(),
    ]),
  );
}
