import { CREATED, json, type LlmProtocol, modelAndStream, type Saying, TOKENS } from './protocol.ts';

const CREATED_AT = new Date(CREATED * 1000).toISOString();
const ENDED = {
  done: true,
  done_reason: 'stop',
  total_duration: 5_000_000,
  load_duration: 1_000_000,
  prompt_eval_count: TOKENS.input,
  prompt_eval_duration: 2_000_000,
  eval_count: TOKENS.output,
  eval_duration: 2_000_000,
};

/** Ollama, which streams lines of JSON unless it is told not to. */
export const ollama: LlmProtocol = {
  name: 'ollama',
  read: ({ pathname }, body) =>
    /^\/api\/(chat|generate)$/.test(pathname) ? modelAndStream(body, true) : null,
  write: (saying) => (saying.stream ? writeStream(saying) : json(toWhole(saying))),
  writeError: (_status, message) => ({ error: message }),
};

function toLine({ model, body }: Saying, content: string) {
  const said = 'messages' in body ? { message: { role: 'assistant', content } } : { response: content };
  return { model, created_at: CREATED_AT, ...said };
}

const toWhole = (saying: Saying) => ({ ...toLine(saying, saying.pieces.join('')), ...ENDED });

function writeStream(saying: Saying) {
  const lines = [
    ...saying.pieces.map((piece) => ({ ...toLine(saying, piece), done: false })),
    { ...toLine(saying, ''), ...ENDED },
  ];
  return {
    contentType: 'application/x-ndjson',
    parts: lines.map((line) => `${JSON.stringify(line)}\n`),
  };
}
