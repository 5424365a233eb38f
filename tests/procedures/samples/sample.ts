import type { InputOf, ProcedurePath } from '../support/paths.ts';
import type { World } from '../support/world.ts';

/**
 * What another project's key gets for the same input.
 *
 * `NOT_FOUND`: the input names something of the project. `EMPTY`: a list by filters that nothing of the other project
 * fits. `OWN`: nothing is named, the call works in the caller's own project. `FORBIDDEN`: no project key may, whatever
 * it names.
 */
export type Foreign = 'NOT_FOUND' | 'EMPTY' | 'OWN' | 'FORBIDDEN';

export interface Sample<P extends ProcedurePath> {
  /** Builds an input that will succeed, and each time another one; makes what it needs. */
  input(world: World): InputOf<P> | Promise<InputOf<P>>;
  foreign: Foreign;
}

/** The samples of one procedure by what is particular to them; the first is the fullest. */
export type SamplesOf<P extends ProcedurePath> = P extends unknown
  ? Readonly<Record<string, Sample<P>>>
  : never;

/** Everything there is, as of a time. */
export const FUTURE = { time: '2999-12-31T23:59:59.999Z' };
