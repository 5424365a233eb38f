import type { MessageInput } from '../../prompts/resolve-prompt.ts';
import type { Answer } from './answer.ts';
import { createEventReader } from './create-reader.ts';
import { at, isRecord, type JsonRecord, listAt } from './json.ts';
import type { Protocol } from './protocol.ts';
import { jsonMessage, readRequestWith, textMessage } from './sent-request.ts';

/** The API makes 8 at most. */
const MAX_CANDIDATES = 100;

/**
 * Google's generateContent, of Gemini and of Vertex AI; the model stands in the path.
 *
 * A content that is one text is stored as that text: the API has no other form for it. A stream without `alt=sse` is
 * one JSON list, and read when it has ended.
 */
export function createGoogle(model: string | undefined): Protocol {
  return {
    provider: 'google',
    readRequest: readRequestWith((body) => {
      const { contents } = body;
      const system = body['systemInstruction'] ?? body['system_instruction'];
      if (!Array.isArray(contents)) return null;
      return {
        messages: [
          ...(system === undefined || system === null ? [] : [toMessage(system, 'system')]),
          ...contents.map((content) => toMessage(content, at(content, 'role') ?? 'user')),
        ],
        model,
        taken: ['contents', 'systemInstruction', 'system_instruction'],
      };
    }),
    createReader() {
      const candidates = new Candidates();
      return createEventReader({
        readPart(chunk, answer) {
          readChunk(chunk, answer);
          answer.isEnded = candidates.areFinishedBy(chunk);
        },
        readWhole(body, answer) {
          readChunk(body, answer);
          answer.isEnded = true;
        },
      });
    },
  };
}

function toMessage(content: unknown, role: unknown): MessageInput {
  const text = isRecord(content) ? onlyText(content) : undefined;
  return text === undefined ? jsonMessage(role, content) : textMessage(role, text);
}

function onlyText(content: JsonRecord): string | undefined {
  const { parts, role: _, ...others } = content;
  const [part, ...more] = Array.isArray(parts) ? parts : [];
  if (!isRecord(part) || more.length > 0 || Object.keys(others).length > 0) return undefined;
  const { text, ...rest } = part;
  return typeof text === 'string' && Object.keys(rest).length === 0 ? text : undefined;
}

function readChunk(chunk: JsonRecord, answer: Answer): void {
  const { modelVersion, usageMetadata: usage } = chunk;
  answer.setModel(modelVersion);
  answer.setUsage({
    inputTokens: at(usage, 'promptTokenCount'),
    outputTokens: at(usage, 'candidatesTokenCount'),
    totalTokens: at(usage, 'totalTokenCount'),
    cachedInputTokens: at(usage, 'cachedContentTokenCount'),
    reasoningTokens: at(usage, 'thoughtsTokenCount'),
  });
  const candidate = listAt(chunk, 'candidates').find((item) => (at(item, 'index') ?? 0) === 0);
  for (const part of listAt(candidate, 'content', 'parts')) {
    if (at(part, 'thought') !== true) answer.say(at(part, 'text'));
  }
}

/** The candidates of a stream, each of which ends with a reason of its own. */
class Candidates {
  readonly #open = new Set<number>();
  #anyFinished = false;

  /** Whether all candidates that were seen have ended. A prompt that is blocked gets none, and nothing follows. */
  areFinishedBy(chunk: JsonRecord): boolean {
    this.#anyFinished ||= typeof at(chunk, 'promptFeedback', 'blockReason') === 'string';
    for (const candidate of listAt(chunk, 'candidates')) {
      const index = Number(at(candidate, 'index') ?? 0);
      if (!Number.isInteger(index) || index < 0 || index >= MAX_CANDIDATES) continue;
      const isFinished = typeof at(candidate, 'finishReason') === 'string';
      this.#anyFinished ||= isFinished;
      if (isFinished) this.#open.delete(index);
      else this.#open.add(index);
    }
    return this.#anyFinished && this.#open.size === 0;
  }
}
