import type { RouterInputs, RouterOutputs } from '@stepledger/api';
import { expectTypeOf } from 'vitest';
import type { Sample, SamplesOf } from './samples/sample.ts';
import type { InputOf, OutputOf, PathOf, ProcedurePath } from './support/paths.ts';

// Paths, inputs and outputs are those of the router.
expectTypeOf<'documents.put'>().toExtend<ProcedurePath>();
expectTypeOf<'documents.lose'>().not.toExtend<ProcedurePath>();
expectTypeOf<PathOf<'parses'>>().toEqualTypeOf<'parses.record' | 'parses.list'>();
expectTypeOf<InputOf<'links.add'>>().toEqualTypeOf<RouterInputs['links']['add']>();
expectTypeOf<OutputOf<'runs.get'>>().toEqualTypeOf<RouterOutputs['runs']['get']>();

// A table that lacks a procedure is refused.
type Table = { [P in 'runs.get' | 'runs.delete']: SamplesOf<P> };
expectTypeOf<Pick<Table, 'runs.get'>>().not.toExtend<Table>();

// A sample builds an input of its own procedure.
expectTypeOf<{ foreign: 'NOT_FOUND'; input: () => { runId: string } }>().toExtend<Sample<'runs.get'>>();
expectTypeOf<{ foreign: 'NOT_FOUND'; input: () => { goal: string } }>().not.toExtend<Sample<'runs.get'>>();
