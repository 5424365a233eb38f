import { aiSdkCases } from './ai-sdk.ts';
import { anthropic } from './anthropic.ts';
import { googleRest } from './google-rest.ts';
import { ollamaChat, ollamaGenerate } from './ollama.ts';
import { openaiChat, openaiResponses } from './openai.ts';
import type { SdkCase } from './sdk-case.ts';

export const SDK_CASES: readonly SdkCase[] = [
  openaiChat,
  openaiResponses,
  anthropic,
  ollamaChat,
  ollamaGenerate,
  ...aiSdkCases,
  googleRest,
];
