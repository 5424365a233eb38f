import { describeProcedures, type ProcedureDescription } from '@stepledger/api';
import type { ProcedurePath } from '../support/paths.ts';
import type { World } from '../support/world.ts';
import { contextSamples } from './context.samples.ts';
import { documentSamples, linkSamples } from './documents.samples.ts';
import { exchangeSamples, parseSamples } from './exchanges.samples.ts';
import { apiKeySamples, projectSamples, statsSamples, systemSamples } from './projects.samples.ts';
import { promptSamples, workflowSamples } from './prompts.samples.ts';
import { entrySamples, runSamples, stepSamples } from './runs.samples.ts';
import type { Foreign, SamplesOf } from './sample.ts';
import { searchSamples } from './search.samples.ts';
import { transferSamples } from './transfers.samples.ts';

/** Samples of every procedure; the compiler refuses a procedure without one, and one without a procedure. */
const SAMPLES: { [P in ProcedurePath]: SamplesOf<P> } = {
  ...projectSamples,
  ...apiKeySamples,
  ...workflowSamples,
  ...promptSamples,
  ...runSamples,
  ...stepSamples,
  ...exchangeSamples,
  ...parseSamples,
  ...documentSamples,
  ...linkSamples,
  ...contextSamples,
  ...entrySamples,
  ...searchSamples,
  ...statsSamples,
  ...transferSamples,
  ...systemSamples,
};

/** One sample with the procedure that it calls. */
export interface Case extends ProcedureDescription {
  /** For messages, such as `documents.get by key`. */
  title: string;
  foreign: Foreign;
  sample(world: World): unknown;
}

/** Every sample of every procedure, in the router's order. */
export const CASES: Case[] = describeProcedures().flatMap((procedure) => samplesOf(procedure));

/** The fullest sample of each procedure. */
export const FULL_CASES: Case[] = CASES.filter(
  ({ path }, index) => CASES.findIndex((other) => other.path === path) === index,
);
export const MUTATIONS = FULL_CASES.filter(({ kind }) => kind === 'mutation');

function samplesOf(procedure: ProcedureDescription): Case[] {
  const samples: Record<string, { foreign: Foreign; input(world: World): unknown }> | undefined = Reflect.get(
    SAMPLES,
    procedure.path,
  );
  const named = Object.entries(samples ?? {});
  if (named.length === 0)
    throw new Error(`${procedure.path} has no sample: add one in tests/procedures/samples`);
  return named.map(([name, { foreign, input }]) => ({
    ...procedure,
    title: name === 'full' ? procedure.path : `${procedure.path} ${name}`,
    foreign,
    sample: (world) => input(world),
  }));
}
