import type { RunsService } from '@stepledger/contract';
import { diffRuns } from '../run-diffs/diff-runs.ts';
import type { StoreContext } from '../store-context.ts';
import { compareRuns } from './runs.compare.ts';
import { deleteRun } from './runs.delete.ts';
import { forkRun } from './runs.fork.ts';
import { overviewRuns, workOfRuns } from './runs.overview.ts';
import { getRun, listRuns } from './runs.read.ts';
import { completeRun, startRun, updateRun } from './runs.write.ts';

export function createRunsStore(context: StoreContext): RunsService {
  return {
    start: (input) => startRun(context, input),
    get: (input) => getRun(context, input),
    list: (input) => listRuns(context, input),
    overview: (input) => overviewRuns(context, input),
    work: (input) => workOfRuns(context, input),
    update: (input) => updateRun(context, input),
    complete: (input) => completeRun(context, input),
    diff: (input) => diffRuns(context, input),
    fork: (input) => forkRun(context, input),
    compare: (input) => compareRuns(context, input),
    delete: (input) => deleteRun(context, input),
  };
}
