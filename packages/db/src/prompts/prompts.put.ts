import type { PromptsService, SavedPrompt } from '@stepledger/contract';
import { checkExpectedVersion, hashContent } from '../content-versions.ts';
import { toExactJson, toExactJsonOrNull } from '../exact-json.ts';
import { newId } from '../ids.ts';
import type { Db } from '../store-context.ts';

/**
 * Saves the next version, unless the newest is the same but for its note. A deleted prompt comes to life again and
 * goes on numbering; its labels are gone.
 *
 * @throws VERSION_CONFLICT; a deleted prompt counts as none.
 */
export async function putPrompt(
  db: Db,
  projectId: string,
  input: Parameters<PromptsService['put']>[0],
): Promise<SavedPrompt> {
  const { name, template, syntax, parameters, note, metadata = {}, expectedVersion } = input;
  const { id, headVersion, deletedAt } = await lockPrompt(db, projectId, name);
  const actual = deletedAt === null ? headVersion : 0;
  checkExpectedVersion({ type: 'prompt', id: name }, { expected: expectedVersion, actual });
  const contentHash = hashContent([template, syntax, parameters, metadata]);
  if (actual > 0 && (await isVersion(db, { projectId, id, version: actual, contentHash }))) {
    return { id, name, version: actual, created: false };
  }
  const { headVersion: version } = await db
    .updateTable('Prompt')
    .set((column) => ({ headVersion: column('headVersion', '+', 1), deletedAt: null }))
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .returning('headVersion')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('PromptVersion')
    .values({
      projectId,
      promptId: id,
      version,
      template: toExactJson(template),
      syntax,
      parameters,
      note: toExactJsonOrNull(note),
      metadata,
      contentHash,
      at: new Date(),
    })
    .execute();
  await db
    .insertInto('SearchPending')
    .values({ projectId, backlog: false, kind: 'prompt', id, revision: version, takenUntil: null })
    .execute();
  return { id, name, version, created: true };
}

/** Makes the row where there is none, and holds it: writers of one name number their versions one after another. */
async function lockPrompt(
  db: Db,
  projectId: string,
  name: string,
): Promise<{ id: string; headVersion: number; deletedAt: Date | null }> {
  await db
    .insertInto('Prompt')
    .values({ projectId, id: newId(), name, headVersion: 0, createdAt: new Date(), deletedAt: null })
    .onConflict((conflict) => conflict.columns(['projectId', 'name']).doNothing())
    .execute();
  return db
    .selectFrom('Prompt')
    .select(['id', 'headVersion', 'deletedAt'])
    .where('projectId', '=', projectId)
    .where('name', '=', name)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

async function isVersion(
  db: Db,
  wanted: { projectId: string; id: string; version: number; contentHash: Buffer },
): Promise<boolean> {
  const found = await db
    .selectFrom('PromptVersion')
    .select('contentHash')
    .where('projectId', '=', wanted.projectId)
    .where('promptId', '=', wanted.id)
    .where('version', '=', wanted.version)
    .executeTakeFirst();
  return found !== undefined && wanted.contentHash.equals(found.contentHash);
}
