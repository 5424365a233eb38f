import { type LlmProtocol, type Saying, TOKENS } from './protocol.ts';

const PATH = /^\/v1beta\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;
const STATUS_NAMES: Record<number, string> = { 404: 'NOT_FOUND', 429: 'RESOURCE_EXHAUSTED' };
const USAGE = {
  promptTokenCount: TOKENS.input,
  candidatesTokenCount: TOKENS.output,
  totalTokenCount: TOKENS.input + TOKENS.output + TOKENS.reasoning,
  cachedContentTokenCount: TOKENS.cachedInput,
  thoughtsTokenCount: TOKENS.reasoning,
};

/** Google Gemini: the model stands in the path, and a stream (`alt=sse`) has no end mark but a finish reason. */
export const google: LlmProtocol = {
  name: 'google',
  read({ pathname, searchParams }) {
    const [, model, method] = PATH.exec(pathname) ?? [];
    const stream = method === 'streamGenerateContent';
    if (model === undefined || (stream && searchParams.get('alt') !== 'sse')) return null;
    return { model: decodeURIComponent(model), stream };
  },
  write(saying) {
    if (!saying.stream) {
      const whole = toPart(saying, { text: saying.pieces.join(''), isLast: true });
      return { contentType: 'application/json; charset=UTF-8', parts: [JSON.stringify(whole, null, 2)] };
    }
    const events = saying.pieces.map((text, index) =>
      toPart(saying, { text, isLast: index === saying.pieces.length - 1 }),
    );
    return {
      contentType: 'text/event-stream',
      parts: events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`),
    };
  },
  writeError: (code, message) => ({ error: { code, message, status: STATUS_NAMES[code] ?? 'INTERNAL' } }),
};

function toPart({ id, model }: Saying, { text, isLast }: { text: string; isLast: boolean }) {
  const content = { parts: [{ text }], role: 'model' };
  return {
    candidates: [{ content, ...(isLast ? { finishReason: 'STOP' } : {}), index: 0 }],
    usageMetadata: USAGE,
    modelVersion: model,
    responseId: id,
  };
}
