import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { DEFAULT_IDEA } from '../prompts.ts';
import { findAnswer } from './answers.ts';

export const REPLAY_MODEL = 'replay';

/** An endpoint of the OpenAI chat-completions protocol, open until it is disposed. */
export interface ReplayEndpoint extends AsyncDisposable {
  /** For `OPENAI_BASE_URL`. */
  url: string;
  /** How many completions it has answered. */
  readonly answered: number;
}

const requestSchema = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).min(1),
  stream: z.boolean().default(false),
});

/** Opens an endpoint on loopback that answers this example's prompts with the bundled texts. */
export async function openReplayEndpoint(): Promise<ReplayEndpoint> {
  let answered = 0;
  const server = createServer((request, response) => {
    respond(request, response).then(
      (ok) => {
        if (ok) answered += 1;
      },
      (error: unknown) => sendError(response, 500, String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The replay endpoint has no port');
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    get answered() {
      return answered;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
    return sendError(response, 404, `There is no ${request.method} ${request.url} here`);
  }
  const body = requestSchema.safeParse(await readJson(request));
  if (!body.success) return sendError(response, 400, z.prettifyError(body.error));
  const { messages, stream } = body.data;
  const text = await findAnswer(messages);
  if (text === null) {
    const reason = `The bundled answers are only about "${DEFAULT_IDEA}". For another idea set OPENAI_BASE_URL.`;
    return sendError(response, 400, reason);
  }
  const sent = messages.reduce((length, { content }) => length + content.length, 0);
  if (stream) sendStream(response, text);
  else sendCompletion(response, text, { prompt: toTokens(sent), completion: toTokens(text.length) });
  return true;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    // What is no JSON fails the schema, which answers 400 with the reason.
    return undefined;
  }
}

/** A guess by the rule of thumb of four characters a token: nothing counts tokens here. */
function toTokens(characters: number): number {
  return Math.ceil(characters / 4);
}

function envelope(object: string) {
  return { id: 'chatcmpl-replay', object, created: Math.floor(Date.now() / 1000), model: REPLAY_MODEL };
}

function sendCompletion(
  response: ServerResponse,
  content: string,
  tokens: { prompt: number; completion: number },
): void {
  const completion = {
    ...envelope('chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        finish_reason: 'stop',
        logprobs: null,
      },
    ],
    usage: {
      prompt_tokens: tokens.prompt,
      completion_tokens: tokens.completion,
      total_tokens: tokens.prompt + tokens.completion,
    },
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completion));
}

function sendStream(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (delta: object, finishReason: string | null) => {
    const chunk = {
      ...envelope('chat.completion.chunk'),
      choices: [{ index: 0, delta, finish_reason: finishReason }],
    };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  send({ role: 'assistant', content: '' }, null);
  for (const line of text.split(/(?<=\n)/)) send({ content: line }, null);
  send({}, 'stop');
  response.end('data: [DONE]\n\n');
}

function sendError(response: ServerResponse, status: number, message: string): false {
  const error = { message, type: 'invalid_request_error', param: null, code: null };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
  return false;
}
