import {
  type ChangedRun,
  LedgerError,
  type RunStatus,
  type RunsService,
  type StartedRun,
} from '@stepledger/contract';
import { toExactJsonOrNull } from '../exact-json.ts';
import { newId } from '../ids.ts';
import { commit } from '../ledger/commit.ts';
import { mutateOnce, toRequest } from '../requests/requests.ts';
import type { Db, StoreContext } from '../store-context.ts';
import { toTime } from '../time.ts';

type Input<Method extends keyof RunsService> = Parameters<RunsService[Method]>[0];

/** Gets the run of a key or makes it; its ledger then begins with revision 1. */
export function startRun(context: StoreContext, input: Input<'start'>): Promise<StartedRun> {
  return mutateOnce(context, toRequest('runs.start', input), async (db) => {
    return (await findRun(db, context, input.key)) ?? (await insertRun(db, context, input));
  });
}

async function findRun(db: Db, context: StoreContext, key: string): Promise<StartedRun | null> {
  const run = await db
    .selectFrom('Run')
    .select(['id', 'key', 'revision', 'status', 'lastAt'])
    .where('projectId', '=', context.scope.projectId)
    .where('key', '=', key)
    .executeTakeFirst();
  if (!run) return null;
  const { id, revision, status, lastAt } = run;
  return { runId: id, key, revision, status, at: toTime(lastAt), created: false };
}

/** Of two that make the same run at once, the second fails on the unique key and then finds it. */
async function insertRun(db: Db, context: StoreContext, input: Input<'start'>): Promise<StartedRun> {
  const { projectId, actor } = context.scope;
  const workflow = input.workflow ? await findWorkflow(db, projectId, input.workflow) : null;
  const id = newId();
  const at = new Date();
  const state = {
    status: 'running',
    goal: toExactJsonOrNull(input.goal),
    metadata: input.metadata ?? {},
  } as const;
  await db
    .insertInto('Run')
    .values({
      projectId,
      id,
      key: input.key,
      workflowId: workflow?.id ?? null,
      workflowVersion: workflow?.version ?? null,
      stepNames: workflow && input.strict ? workflow.steps.map(({ name }) => name) : null,
      ...state,
      revision: 1,
      createdAt: at,
      lastAt: at,
    })
    .execute();
  await db
    .insertInto('RunState')
    .values({ projectId, runId: id, revision: 1, ...state })
    .execute();
  await db
    .insertInto('Entry')
    .values({
      projectId,
      runId: id,
      revision: 1,
      at,
      actor,
      kind: 'runs.start',
      changes: [{ what: 'run', id, change: 'start' }],
    })
    .execute();
  return { runId: id, key: input.key, revision: 1, status: 'running', at: toTime(at), created: true };
}

async function findWorkflow(db: Db, projectId: string, ref: { name: string; version?: number | undefined }) {
  const found = await db
    .selectFrom('Workflow as w')
    .innerJoin('WorkflowVersion as v', (join) =>
      join.onRef('v.projectId', '=', 'w.projectId').onRef('v.workflowId', '=', 'w.id'),
    )
    .select(['w.id', 'v.version', 'v.steps'])
    .where('w.projectId', '=', projectId)
    .where('w.name', '=', ref.name)
    .$if(ref.version === undefined, (query) => query.whereRef('v.version', '=', 'w.headVersion'))
    .$if(ref.version !== undefined, (query) => query.where('v.version', '=', ref.version ?? 0))
    .executeTakeFirst();
  if (found) return found;
  const id = ref.version === undefined ? ref.name : `${ref.name}@${ref.version}`;
  throw new LedgerError('NOT_FOUND', { type: 'workflow', id });
}

export function updateRun(context: StoreContext, input: Input<'update'>): Promise<ChangedRun> {
  const { goal, metadata, expectedVersion } = input;
  return commit(context, {
    request: toRequest('runs.update', input),
    target: { runId: input.runId },
    change: {
      expectedRevision: expectedVersion,
      ...(goal === undefined ? {} : { goal: toExactJsonOrNull(goal) }),
      ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
    },
    parts: [runPart('update')],
  });
}

export function completeRun(context: StoreContext, input: Input<'complete'>): Promise<ChangedRun> {
  return commit(context, {
    request: toRequest('runs.complete', input),
    target: { runId: input.runId },
    change: { status: input.status },
    parts: [runPart(CHANGES[input.status])],
  });
}

const CHANGES: Record<RunStatus, string> = {
  completed: 'complete',
  failed: 'fail',
  cancelled: 'cancel',
  running: 'resume',
};

function runPart(change: string) {
  return {
    write: () => ({
      changes: [
        `(SELECT jsonb_build_array(jsonb_build_object('what', 'run', 'id', id, 'change', '${change}')) FROM run_head)`,
      ],
      answer: { status: 'r.status' },
    }),
  };
}
