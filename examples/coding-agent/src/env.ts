import { type Env, loadEnv } from '@stepledger/server';
import { z } from 'zod';

/** What the person who starts the example can mend. */
class EnvError extends Error {
  override readonly name = 'EnvError';
  readonly code = 'BAD_ENV';
}

const envSchema = z.object({
  /** Where an OpenAI-compatible API listens: `http://127.0.0.1:11434/v1` for Ollama. */
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_MODEL: z.string().min(1).optional(),
});

export interface LlmEnv {
  /** Undefined for OpenAI itself. */
  baseUrl: string | undefined;
  apiKey: string;
  model: string;
}

/**
 * Reads which LLM to ask; null when none is configured, and then the bundled answers are used.
 *
 * Throws an EnvError that names every variable that is missing or wrong.
 */
export function loadLlmEnv(env: NodeJS.ProcessEnv = process.env): LlmEnv | null {
  // A variable set to nothing (`OPENAI_API_KEY= npm start`) counts as not set.
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const read = envSchema.safeParse(set);
  if (!read.success) throw new EnvError(z.prettifyError(read.error));
  const { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: apiKey, OPENAI_MODEL: model } = read.data;
  if (baseUrl === undefined && apiKey === undefined) return null;
  if (model === undefined) throw new EnvError('OPENAI_MODEL must name the model, such as gpt-5 or llama3.2');
  // Local servers take any key, but the SDK wants one.
  return { baseUrl, apiKey: apiKey ?? 'none', model };
}

/** Reads what the server reads, as docs/server.md lists it; only its log is quieter, so that the story can be read. */
export function loadServerEnv(env: NodeJS.ProcessEnv = process.env): Env {
  return loadEnv({ ...env, LOG_LEVEL: env['LOG_LEVEL'] || 'warn' });
}
