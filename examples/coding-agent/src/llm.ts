import OpenAI from 'openai';
import type { LlmEnv } from './env.ts';

export interface ChatMessage {
  role: string;
  content: string;
}

/** One HTTP request as it went over the wire, for the record: retries of the SDK are several. */
export interface Attempt {
  status: 'completed' | 'failed';
  httpStatus?: number;
  request: string;
  response?: Uint8Array;
  error?: string;
  startedAt: string;
  totalMs: number;
}

export interface Call {
  attempts: Attempt[];
  /** The model that the endpoint says has answered. */
  responseModel?: string;
  usage?: { inputTokens: number; outputTokens: number; totalTokens: number };
  startedAt: string;
  totalMs: number;
}

/** `text` is the content of the model's message, untouched; null when the call failed, and then `error` says why. */
export type Answer = Call & ({ text: string; error: null } | { text: null; error: string });

export interface Llm {
  model: string;
  ask(messages: ChatMessage[]): Promise<Answer>;
}

/** Connects to any OpenAI-compatible endpoint. A failed call is answered, not thrown: it belongs into the record. */
export function createLlm({ baseUrl, apiKey, model }: LlmEnv): Llm {
  return {
    model,
    async ask(messages) {
      const attempts: Attempt[] = [];
      const openai = new OpenAI({ baseURL: baseUrl, apiKey, fetch: recordingFetch(attempts) });
      const began = Date.now();
      const timing = () => ({ startedAt: new Date(began).toISOString(), totalMs: Date.now() - began });
      try {
        const completion = await openai.chat.completions.create({ model, messages: messages.map(toParam) });
        const { usage } = completion;
        const call = {
          attempts,
          responseModel: completion.model,
          ...(usage && {
            usage: {
              inputTokens: usage.prompt_tokens,
              outputTokens: usage.completion_tokens,
              totalTokens: usage.total_tokens,
            },
          }),
          ...timing(),
        };
        const text = completion.choices[0]?.message.content;
        // An empty answer is one; none at all, such as a refusal, is not.
        if (typeof text === 'string') return { text, error: null, ...call };
        return { text: null, error: 'The model answered without a text', ...call };
      } catch (error) {
        return { text: null, error: toReason(error), attempts, ...timing() };
      }
    },
  };
}

function toParam({ role, content }: ChatMessage): OpenAI.Chat.ChatCompletionMessageParam {
  if (role === 'system' || role === 'assistant') return { role, content };
  return { role: 'user', content };
}

/** Keeps what went out and what came in, byte for byte, and hands it on unchanged. */
function recordingFetch(attempts: Attempt[]): typeof fetch {
  return async (input, init) => {
    const began = Date.now();
    const request = typeof init?.body === 'string' ? init.body : '';
    const note = (rest: Pick<Attempt, 'status' | 'httpStatus' | 'response' | 'error'>) =>
      attempts.push({
        request,
        startedAt: new Date(began).toISOString(),
        totalMs: Date.now() - began,
        ...rest,
      });
    try {
      const response = await fetch(input, init);
      const body = new Uint8Array(await response.clone().arrayBuffer());
      note({
        status: response.ok ? 'completed' : 'failed',
        httpStatus: response.status,
        response: body,
      });
      return response;
    } catch (error) {
      note({ status: 'failed', error: toReason(error) });
      throw error;
    }
  };
}

/** The reason under the SDK's "Connection error." is the one that helps. */
function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${toReason(error.cause)})` : error.message;
}
