import type { PromptMessage, PromptsService } from '@stepledger/contract';
import { mutateOnce, toRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';
import { diffTexts } from '../text-diff.ts';
import { deletePrompt, removeLabel, setLabel } from './prompts.labels.ts';
import { putPrompt } from './prompts.put.ts';
import { getPrompt, getPromptVersions, listPrompts, listPromptVersions } from './prompts.read.ts';
import { renderPrompt } from './prompts.render.ts';
import { usageOfPrompt, usesOfPrompt } from './prompts.usage.ts';

/** Predefined templates with immutable versions and movable labels. */
export function createPromptsStore(context: StoreContext): PromptsService {
  const { projectId } = context.scope;
  return {
    put: (input) =>
      mutateOnce(context, toRequest('prompts.put', input), (db) => putPrompt(db, projectId, input)),
    get: (input) => getPrompt(context, input),
    list: (input) => listPrompts(context, input),
    history: (input) => listPromptVersions(context, input),

    usage: (input) => usageOfPrompt(context, input),
    uses: (input) => usesOfPrompt(context, input),

    async diff({ name, from, to }) {
      const versions = await getPromptVersions(context, { name, versions: [from, to] });
      const side = (version: number) => ({ version, text: toReadable(versions.get(version) ?? []) });
      return diffTexts(name, side(from), side(to));
    },

    setLabel: (input) =>
      mutateOnce(context, toRequest('prompts.setLabel', input), (db) => setLabel(db, projectId, input)),
    removeLabel: (input) =>
      mutateOnce(context, toRequest('prompts.removeLabel', input), (db) => removeLabel(db, projectId, input)),

    async render({ variables, ...ref }) {
      const prompt = await getPrompt(context, ref);
      return { name: prompt.name, version: prompt.version, messages: renderPrompt(prompt, variables) };
    },

    delete: (input) =>
      mutateOnce(context, toRequest('prompts.delete', input), (db) => deletePrompt(db, projectId, input)),
  };
}

/** A template as one text for people to compare: each message under its role. */
function toReadable(template: readonly PromptMessage[]): string {
  return template.map(({ role, text }) => `[${role}]\n${text}`).join('\n\n');
}
