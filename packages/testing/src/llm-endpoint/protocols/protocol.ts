export type JsonObject = Record<string, unknown>;

/** What a request asks for, whatever the protocol. */
export interface Asked {
  model: string;
  stream: boolean;
}

/** What is to be said, and how finely. */
export interface Saying extends Asked {
  /** The same for the same request, so that an answer can be foreseen. */
  id: string;
  /** The text, in the pieces that a stream brings it in. */
  pieces: string[];
  /** The request's body. */
  body: JsonObject;
}

/** An answer's body, in the parts that a server sends at once: the events of a stream, or one JSON value. */
export interface Written {
  contentType: string;
  parts: string[];
}

/** How one API of LLMs speaks over HTTP. */
export interface LlmProtocol {
  readonly name: 'openai-chat' | 'openai-responses' | 'anthropic' | 'ollama' | 'google';
  /** Null when the request is another protocol's. */
  read(url: URL, body: JsonObject): Asked | null;
  write(saying: Saying): Written;
  /** The JSON that says that a request was refused. */
  writeError(status: number, message: string): JsonObject;
}

/** What every answer says that it took, as far as its protocol counts that. */
export const TOKENS = { input: 11, output: 7, cachedInput: 3, reasoning: 2 } as const;

/** In seconds: no answer depends on the clock. */
export const CREATED = 1_760_000_000;

export function json(value: unknown): Written {
  return { contentType: 'application/json', parts: [JSON.stringify(value)] };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads the two fields that most protocols share. */
export function modelAndStream({ model, stream }: JsonObject, streamsByDefault = false): Asked {
  return {
    model: typeof model === 'string' ? model : '',
    stream: typeof stream === 'boolean' ? stream : streamsByDefault,
  };
}
