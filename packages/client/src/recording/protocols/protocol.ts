import type { JsonObject, Usage } from '@stepledger/contract';
import type { MessageInput } from '../../prompts/resolve-prompt.ts';

/** What a request body says to the LLM. */
export interface SentRequest {
  messages: MessageInput[];
  model?: string;
  /** Everything else that was declared: temperature, tools, response format, ... as far as it may be stored. */
  parameters?: JsonObject;
}

/**
 * Reads an answer while its bytes arrive; it never fails, whatever they are, and keeps only what it answers.
 */
export interface AnswerReader {
  push(bytes: Uint8Array): void;
  /** Says that the body has ended; an answer that is one JSON value is read here. */
  end(): void;
  /**
   * Whether the answer is whole: the protocol's own end mark has arrived, or the body has ended after what stands for
   * one. It may still change with the next bytes.
   */
  readonly complete: boolean;
  /** What the answer itself says went wrong; it is never complete then. */
  readonly failure: string | undefined;
  /** What the LLM said, as one text; null where the body holds none. */
  readonly text: string | null;
  readonly model: string | undefined;
  readonly usage: Usage | undefined;
}

/** How an LLM's API speaks over HTTP. */
export interface Protocol {
  /** Names whose API it is, as the exchange's provider: `openai`, `anthropic`, `ollama`, `google`. */
  readonly provider: string;
  /** Reads a request body; `body` is its JSON. Null when it is not what this protocol sends. */
  readRequest(body: unknown): SentRequest | null;
  /** Makes a reader for one answer; `contentType` tells a stream from one JSON value. */
  createReader(contentType: string): AnswerReader;
}
