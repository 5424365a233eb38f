import { CASES, type Case } from '../samples/index.ts';
import type { Api } from './api.ts';
import { fieldsOf } from './fields.ts';
import type { World } from './world.ts';

/** Every procedure that answers page by page. */
export const LISTS: Case[] = CASES.filter(({ input }) =>
  fieldsOf(input, {}).some(({ name }) => name === 'cursor'),
);

/** Makes so much of each kind that every list has a second page of one item. */
export async function fillLists(world: World): Promise<void> {
  const { api, word, workflow } = world;
  const to = { documentId: (await world.shared.document()).documentId, version: 1 };
  for (let turn = 0; turn < 2; turn++) {
    const from = { documentId: (await world.document()).documentId, version: 1 };
    await api.call('links.add', { from, relation: 'used', to });
    await world.exchange();
    await world.parse();
    await world.prompt();
    await world.run();
    await api.call('apiKeys.create', { name: word() });
    await api.call('workflows.define', { name: workflow, steps: [{ name: word() }] });
    await api.call('workflows.define', { name: word(), steps: [{ name: word() }] });
  }
}

/** An input of a list without filters, so that there is a second page. */
export async function unfiltered(list: Case, world: World): Promise<object> {
  const kept = fieldsOf(list.input, await list.sample(world)).filter(
    ({ path, name, optional }) => path.length === 1 && (!optional || ['runId', 'direction'].includes(name)),
  );
  const fields = Object.fromEntries(kept.map(({ name, value }) => [name, value]));
  const { step } = fields as { step?: { name: string } };
  return step === undefined ? fields : { ...fields, step: { name: step.name } };
}

/** Where a list goes on after its first item. A project key sees one project only, so an operator lists those. */
export async function secondPage(list: Case, { api, world }: { api: Api; world: World }): Promise<string> {
  const outcome = await api.send(list.path, { ...(await unfiltered(list, world)), limit: 1 });
  const { nextCursor } = (outcome.ok ? outcome.data : {}) as { nextCursor?: string | null };
  if (nextCursor) return nextCursor;
  throw new Error(`${list.title} has no second page: ${outcome.body}`);
}
