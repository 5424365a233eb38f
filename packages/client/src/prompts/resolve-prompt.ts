import type { RouterInputs } from '@stepledger/api';
import type { RenderedPrompt } from '@stepledger/contract';
import type { CallOptions, Features } from '../calls/features.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';
import { renderStored } from './render-stored.ts';
import type { PromptRenderer } from './renderer.ts';

/** One message as it was sent; a provider's own JSON goes in as its text with `format: 'json'`. */
export type MessageInput = RouterInputs['exchanges']['record']['messages'][number];

/** A stored template: which one, and what was put into it. */
export interface StoredPrompt {
  name: string;
  /** The newest version when neither this nor `label` is given. */
  version?: number | undefined;
  label?: string | undefined;
  variables?: Record<string, string> | undefined;
  /** The messages as sent, where the caller made them from the template itself; else the server or a renderer does. */
  messages?: MessageInput[] | undefined;
}

/** What was sent to the LLM: one user message, a list of messages, or a stored template. */
export type PromptInput = string | MessageInput[] | StoredPrompt;

type PromptFields = Pick<RouterInputs['exchanges']['record'], 'messages' | 'prompt' | 'variables'>;

interface Surroundings {
  ledger: Pick<Features, 'prompts'>;
  runId: string;
  /** For templates that the server does not render. */
  renderers: readonly PromptRenderer[];
}

/**
 * The messages of a prompt, and what they were made from.
 *
 * A template without messages costs one more call, `prompts.render`, and two where a renderer of this client has to
 * take it; the version that it was rendered from is then what is stored, and what the run pins a label to.
 */
export async function resolvePrompt(
  surroundings: Surroundings,
  prompt: PromptInput,
  options?: CallOptions,
): Promise<PromptFields> {
  if (typeof prompt === 'string') return { messages: [{ role: 'user', content: prompt }] };
  if (Array.isArray(prompt)) return { messages: prompt };
  const { messages, variables, ...ref } = prompt;
  const given = variables === undefined ? {} : { variables };
  if (messages) return { messages, prompt: ref, ...given };
  const rendered = await render(surroundings, { ...ref, ...given }, options);
  return {
    messages: rendered.messages.map(({ role, text }) => ({ role, content: text })),
    prompt: { ...ref, version: rendered.version },
    ...given,
  };
}

type Rendered = Pick<RenderedPrompt, 'version' | 'messages'>;

/** By the server; by a renderer of this client where the server does not know the syntax. */
async function render(
  { ledger, runId, renderers }: Surroundings,
  prompt: Omit<StoredPrompt, 'messages'>,
  options?: CallOptions,
): Promise<Rendered> {
  try {
    return await ledger.prompts.render({ ...prompt, runId }, options);
  } catch (error) {
    if (!isLedgerError(error, 'UNSUPPORTED_SYNTAX') || renderers.length === 0) throw error;
    const { variables = {}, ...ref } = prompt;
    const stored = await ledger.prompts.get({ ...ref, runId }, options);
    const renderer = renderers.find(({ syntax }) => syntax === stored.syntax);
    if (!renderer) throw error;
    return { version: stored.version, messages: renderStored(renderer, stored, variables) };
  }
}
