import type { RouterInputs } from '@stepledger/client';
import type { Corpus, Family } from './corpus.ts';
import { createUniqueNames, type UniqueNames } from './keys.ts';
import { toMetadata } from './metadata.ts';
import { type DocumentWrite, type ExchangeInput, planDocument, planExchange } from './plan-exchange.ts';
import type { RecordedPrompt, RecordedRun, RecordedStep } from './schema.ts';

export interface PlannedExchange {
  input: ExchangeInput;
  documents: DocumentWrite[];
  /** The documents, by kind and key, that these documents derive from. */
  derivesFrom: DocumentWrite[];
}

export interface PlannedStep {
  name: string;
  /** Tells the occurrences of one name apart: empty for the first, then 2, 3, ... */
  key: string;
  exchanges: PlannedExchange[];
  /** Documents that no recorded exchange led to. */
  documents: DocumentWrite[];
}

export interface PlannedRun {
  start: RouterInputs['runs']['start'] & { key: string };
  steps: PlannedStep[];
  source: RecordedRun;
}

export interface Plan {
  prompts: { put: RouterInputs['prompts']['put']; source: RecordedPrompt }[];
  workflows: RouterInputs['workflows']['define'][];
  runs: PlannedRun[];
  /** Recorded derivations that no pair of documents can show; each stays in its exchange's metadata. */
  unlinkedDerivations: number;
}

/** Says what goes where, before anything is sent. What has no field of its own goes into `metadata`. */
export function planLoad({ families, prompts }: Corpus): Plan {
  const planned = planPrompts(prompts);
  const promptNames = new Set(planned.map(({ put }) => put.name));
  const runs = families.flatMap((family) => {
    const keys = createUniqueNames();
    return family.runs.map((run) => planRun(run, { family: family.name, keys, promptNames }));
  });
  return {
    prompts: planned,
    workflows: families.map(planWorkflow),
    runs: runs.map(({ run }) => run),
    unlinkedDerivations: runs.reduce((sum, { unlinked }) => sum + unlinked, 0),
  };
}

/** A name of a set that several of its files use is told apart by the file. */
function planPrompts(prompts: RecordedPrompt[]): Plan['prompts'] {
  const uses = Map.groupBy(prompts, ({ set, name }) => `${set}/${name}`);
  return prompts.map((source) => {
    const { syntax, variables, text, role, ...rest } = source;
    const name = `${source.set}/${source.name}`;
    const put = {
      name: uses.get(name)?.length === 1 ? name : `${name} (${source.source.path})`,
      template: [{ role, text }],
      syntax,
      parameters: variables,
      metadata: toMetadata(rest),
    };
    return { put, source };
  });
}

/** One workflow a file: its recorder works in the same steps each time, and some runs leave some out. */
function planWorkflow({ name, runs }: Family): Plan['workflows'][number] {
  const kinds = new Map<string, Set<string>>();
  for (const step of runs.flatMap(({ steps }) => steps)) {
    const known = kinds.get(step.name) ?? new Set();
    kinds.set(step.name, known);
    for (const { kind } of step.documents) known.add(kind);
  }
  return { name, steps: [...kinds].map(([step, known]) => ({ name: step, kinds: [...known] })) };
}

interface Naming {
  family: string;
  /** Of the family's runs. */
  keys: UniqueNames;
  promptNames: ReadonlySet<string>;
}

function planRun(source: RecordedRun, naming: Naming): { run: PlannedRun; unlinked: number } {
  const { name, goal, ...ending } = source.workflow;
  const conversations = source.steps.map(({ conversation = null }) => conversation);
  const start = {
    key: naming.keys(`${naming.family}/${name}`),
    workflow: naming.family,
    ...(goal !== null && { goal }),
    metadata: toMetadata({
      name,
      source: source.source,
      ...ending,
      conversations: conversations.some((kind) => kind !== null) ? conversations : undefined,
    }),
  };
  const stepKeys = createOccurrences();
  const planner: StepPlanner = {
    promptNames: naming.promptNames,
    documentKeys: createUniqueNames(),
    byOrigin: new Map(),
    unlinked: 0,
  };
  const steps = source.steps.map((step) => planStep(step, stepKeys(step.name), planner));
  return { run: { start, steps, source }, unlinked: planner.unlinked };
}

function createOccurrences(): (name: string) => string {
  const counts = new Map<string, number>();
  return (name) => {
    const occurrence = (counts.get(name) ?? 0) + 1;
    counts.set(name, occurrence);
    return occurrence === 1 ? '' : String(occurrence);
  };
}

interface StepPlanner {
  promptNames: ReadonlySet<string>;
  documentKeys: UniqueNames;
  /** The documents that came of each exchange so far, by step name and index. */
  byOrigin: Map<string, DocumentWrite[]>;
  unlinked: number;
}

function planStep(step: RecordedStep, key: string, planner: StepPlanner): PlannedStep {
  const documents = step.documents.map((document) => ({
    from: document.fromExchange,
    write: planDocument(document, planner.documentKeys),
  }));
  const writesFrom = (exchange: number | undefined) =>
    documents.filter(({ from }) => from === exchange).map(({ write }) => write);

  const exchanges = step.exchanges.map((exchange, index) => {
    const writes = writesFrom(index);
    const derivesFrom = new Set<DocumentWrite>();
    for (const [name, place] of exchange.derivedFrom ?? []) {
      const origins = planner.byOrigin.get(toOrigin(name, place)) ?? [];
      if (origins.length === 0 || writes.length === 0) planner.unlinked += 1;
      for (const origin of origins) derivesFrom.add(origin);
    }
    const origin = toOrigin(step.name, index);
    // A name that stands for several occurrences of a step is no certain origin: no link is better than a wrong one.
    planner.byOrigin.set(origin, planner.byOrigin.has(origin) ? [] : writes);
    const input = planExchange(step, exchange, {
      promptNames: planner.promptNames,
      parsed: writes.length > 0,
    });
    return { input, documents: writes, derivesFrom: [...derivesFrom] };
  });
  return { name: step.name, key, exchanges, documents: writesFrom(undefined) };
}

function toOrigin(step: string, exchange: number): string {
  return JSON.stringify([step, exchange]);
}
