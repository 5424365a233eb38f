import type { RouterInputs } from '@stepledger/api';
import type { CallOptions, Features } from '../calls/features.ts';

/** One message as it was sent; a provider's own JSON goes in as its text with `format: 'json'`. */
export type MessageInput = RouterInputs['exchanges']['record']['messages'][number];

/** A stored template: which one, and what was put into it. */
export interface StoredPrompt {
  name: string;
  /** The newest version when neither this nor `label` is given. */
  version?: number | undefined;
  label?: string | undefined;
  variables?: Record<string, string> | undefined;
  /** The messages as sent, where the caller made them from the template itself; else the server renders it. */
  messages?: MessageInput[] | undefined;
}

/** What was sent to the LLM: one user message, a list of messages, or a stored template. */
export type PromptInput = string | MessageInput[] | StoredPrompt;

type PromptFields = Pick<RouterInputs['exchanges']['record'], 'messages' | 'prompt' | 'variables'>;

/**
 * The messages of a prompt, and what they were made from.
 *
 * A template without messages costs one more call, `prompts.render`; the version that it was rendered from is
 * then what is stored, and what the run pins a label to.
 */
export async function resolvePrompt(
  { ledger, runId }: { ledger: Features; runId: string },
  prompt: PromptInput,
  options?: CallOptions,
): Promise<PromptFields> {
  if (typeof prompt === 'string') return { messages: [{ role: 'user', content: prompt }] };
  if (Array.isArray(prompt)) return { messages: prompt };
  const { messages, variables, ...ref } = prompt;
  const given = variables === undefined ? {} : { variables };
  if (messages) return { messages, prompt: ref, ...given };
  const rendered = await ledger.prompts.render({ ...ref, ...given, runId }, options);
  return {
    messages: rendered.messages.map(({ role, text }) => ({ role, content: text })),
    prompt: { ...ref, version: rendered.version },
    ...given,
  };
}
