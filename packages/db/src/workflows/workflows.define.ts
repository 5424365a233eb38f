import type { DefinedWorkflow, WorkflowsService } from '@stepledger/contract';
import { checkExpectedVersion, hashContent } from '../content-versions.ts';
import { toExactJsonOrNull } from '../exact-json.ts';
import { newId } from '../ids.ts';
import type { Db } from '../store-context.ts';

/** Saves the next version, unless the newest has the same steps and metadata. @throws VERSION_CONFLICT */
export async function defineWorkflow(
  db: Db,
  projectId: string,
  input: Parameters<WorkflowsService['define']>[0],
): Promise<DefinedWorkflow> {
  const { name, steps, note, metadata = {}, expectedVersion } = input;
  const { id, headVersion } = await lockWorkflow(db, projectId, name);
  checkExpectedVersion({ type: 'workflow', id: name }, { expected: expectedVersion, actual: headVersion });
  const contentHash = hashContent([steps, metadata]);
  const newest = await db
    .selectFrom('WorkflowVersion')
    .select('contentHash')
    .where('projectId', '=', projectId)
    .where('workflowId', '=', id)
    .where('version', '=', headVersion)
    .executeTakeFirst();
  if (newest && contentHash.equals(newest.contentHash)) {
    return { id, name, version: headVersion, created: false };
  }
  const { headVersion: version } = await db
    .updateTable('Workflow')
    .set((column) => ({ headVersion: column('headVersion', '+', 1) }))
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .returning('headVersion')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('WorkflowVersion')
    .values({
      projectId,
      workflowId: id,
      version,
      steps,
      note: toExactJsonOrNull(note),
      metadata,
      contentHash,
      at: new Date(),
    })
    .execute();
  return { id, name, version, created: true };
}

/** Makes the row where there is none, and holds it: writers of one name number their versions one after another. */
async function lockWorkflow(
  db: Db,
  projectId: string,
  name: string,
): Promise<{ id: string; headVersion: number }> {
  await db
    .insertInto('Workflow')
    .values({ projectId, id: newId(), name, headVersion: 0, createdAt: new Date() })
    .onConflict((conflict) => conflict.columns(['projectId', 'name']).doNothing())
    .execute();
  return db
    .selectFrom('Workflow')
    .select(['id', 'headVersion'])
    .where('projectId', '=', projectId)
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirstOrThrow();
}
