import { LedgerError, type PromptLabel, type PromptsService } from '@stepledger/contract';
import type { Db } from '../store-context.ts';
import { promptNotFound } from './prompts.read.ts';

/** Points a label at a version, also one that stood elsewhere. @throws NOT_FOUND */
export async function setLabel(
  db: Db,
  projectId: string,
  { name, label, version }: Parameters<PromptsService['setLabel']>[0],
): Promise<PromptLabel> {
  const promptId = await holdPrompt(db, projectId, name);
  const found = await db
    .selectFrom('PromptVersion')
    .select('version')
    .where('projectId', '=', projectId)
    .where('promptId', '=', promptId)
    .where('version', '=', version)
    .executeTakeFirst();
  if (!found) throw promptNotFound(name, version);
  const at = new Date();
  await db
    .insertInto('PromptLabel')
    .values({ projectId, promptId, label, version, at })
    .onConflict((conflict) =>
      conflict.columns(['projectId', 'promptId', 'label']).doUpdateSet({ version, at }),
    )
    .execute();
  return { name, label, version };
}

/** @throws NOT_FOUND */
export async function removeLabel(
  db: Db,
  projectId: string,
  { name, label }: Parameters<PromptsService['removeLabel']>[0],
): Promise<PromptLabel> {
  const promptId = await holdPrompt(db, projectId, name);
  const removed = await db
    .deleteFrom('PromptLabel')
    .where('projectId', '=', projectId)
    .where('promptId', '=', promptId)
    .where('label', '=', label)
    .returning('label')
    .executeTakeFirst();
  if (!removed) throw new LedgerError('NOT_FOUND', { type: 'prompt label', id: `${name}@${label}` });
  return { name, label, version: null };
}

/** Deletes a prompt and its labels; its versions stay for its history and for the exchanges made from them. */
export async function deletePrompt(
  db: Db,
  projectId: string,
  { name }: Parameters<PromptsService['delete']>[0],
): Promise<{ id: string; name: string }> {
  const deleted = await db
    .updateTable('Prompt')
    .set({ deletedAt: new Date() })
    .where('projectId', '=', projectId)
    .where('name', '=', name)
    .where('deletedAt', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (!deleted) throw promptNotFound(name);
  await db
    .deleteFrom('PromptLabel')
    .where('projectId', '=', projectId)
    .where('promptId', '=', deleted.id)
    .execute();
  return { id: deleted.id, name };
}

/** Keeps the prompt from being deleted meanwhile, and its labels from being set by two at once. */
async function holdPrompt(db: Db, projectId: string, name: string): Promise<string> {
  const prompt = await db
    .selectFrom('Prompt')
    .select('id')
    .where('projectId', '=', projectId)
    .where('name', '=', name)
    .where('deletedAt', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (!prompt) throw promptNotFound(name);
  return prompt.id;
}
