import type { CallLlm } from '@stepledger/client';
import OpenAI from 'openai';
import type { LlmEnv } from './env.ts';

export interface Llm {
  model: string;
  /** Answers the content of the model's message, untouched. */
  ask: CallLlm;
}

/** Connects to any OpenAI-compatible endpoint. */
export function createLlm({ baseUrl, apiKey, model }: LlmEnv): Llm {
  return {
    model,
    async ask({ messages, fetch, signal }) {
      // By this fetch the ledger gets every HTTP attempt with its exact bodies, the tokens and the times.
      const openai = new OpenAI({ baseURL: baseUrl, apiKey, fetch });
      const sent = messages.map(toParam);
      const completion = await openai.chat.completions.create({ model, messages: sent }, { signal });
      const text = completion.choices[0]?.message.content;
      // An empty answer is one; none at all, such as a refusal, is not.
      if (typeof text !== 'string') throw new Error('The model answered without a text');
      return text;
    },
  };
}

function toParam({
  role,
  content,
}: {
  role: string;
  content: string;
}): OpenAI.Chat.ChatCompletionMessageParam {
  if (role === 'system' || role === 'assistant') return { role, content };
  return { role: 'user', content };
}
