import type { Stepledger, VersionRef } from '@stepledger/client';
import { toIdempotencyKey } from './keys.ts';
import { mapConcurrently } from './map-concurrently.ts';
import type { Plan, PlannedExchange, PlannedRun, PlannedStep } from './plan.ts';

/** What is in the ledger after a load, and how much of it this load has made. */
export interface Loaded {
  /** By prompt name. */
  promptVersions: Map<string, number>;
  runs: { id: string; planned: PlannedRun }[];
  created: { prompts: number; workflows: number; runs: number };
}

/** Stores everything that the plan names. Loading again, or going on after a break, writes nothing twice. */
export async function load(
  ledger: Stepledger,
  plan: Plan,
  onProgress: (line: string) => void,
): Promise<Loaded> {
  const prompts = await mapConcurrently(plan.prompts, ({ put }) => ledger.prompts.put(put));
  const workflows = await mapConcurrently(plan.workflows, (workflow) => ledger.workflows.define(workflow));
  let done = 0;
  const runs = await mapConcurrently(plan.runs, async (planned) => {
    const started = await ledger.runs.start(planned.start);
    await loadRun(ledger, started.runId, planned);
    done += 1;
    onProgress(`stored run ${done} of ${plan.runs.length}: ${planned.start.key}`);
    return { id: started.runId, created: started.created, planned };
  });
  const countNew = (made: { created: boolean }[]) => made.filter(({ created }) => created).length;
  return {
    promptVersions: new Map(prompts.map(({ name, version }) => [name, version])),
    runs,
    created: { prompts: countNew(prompts), workflows: countNew(workflows), runs: countNew(runs) },
  };
}

type KeyOf = (...place: (string | number)[]) => string;

async function loadRun(ledger: Stepledger, runId: string, run: PlannedRun): Promise<void> {
  const keyOf: KeyOf = (...place) => toIdempotencyKey(run.start.key, ...place);
  const versions = new Map<string, VersionRef>();
  for (const step of run.steps) await loadStep(ledger, step, { runId, keyOf, versions });
  await ledger.runs.complete({ runId, idempotencyKey: keyOf('complete') });
}

async function loadStep(
  ledger: Stepledger,
  step: PlannedStep,
  { runId, keyOf, versions }: { runId: string; keyOf: KeyOf; versions: Map<string, VersionRef> },
): Promise<void> {
  const place = [step.name, step.key];
  const target = { runId, step: { name: step.name, key: step.key } };
  await ledger.steps.start({ ...target, idempotencyKey: keyOf(...place, 'start') });
  for (const [index, exchange] of step.exchanges.entries()) {
    const recorded = await ledger.exchanges.record({
      ...exchange.input,
      ...target,
      documents: withLineage(exchange, versions),
      idempotencyKey: keyOf(...place, 'exchange', index),
    });
    for (const document of recorded.documents) versions.set(nameOf(document), toRef(document));
  }
  const { documents } = step;
  const idempotencyKey = keyOf(...place, 'documents');
  if (documents.length > 0) await ledger.documents.putMany({ ...target, documents, idempotencyKey });
  await ledger.steps.complete({ ...target, idempotencyKey: keyOf(...place, 'complete') });
}

function withLineage({ documents, derivesFrom }: PlannedExchange, versions: Map<string, VersionRef>) {
  const links = derivesFrom.map((origin) => {
    const to = versions.get(nameOf(origin));
    if (to === undefined) throw new Error(`${nameOf(origin)} is derived from before it is written`);
    return { relation: 'derived_from' as const, to };
  });
  return documents.map((document) => ({ ...document, links }));
}

function toRef({ documentId, version }: VersionRef): VersionRef {
  return { documentId, version };
}

/** The name of a document in its run. */
export function nameOf({ kind, key }: { kind: string; key: string }): string {
  return JSON.stringify([kind, key]);
}
