import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { defaultAnswer, toPieces } from './answer-text.ts';
import type { Behaviour } from './behaviour.ts';
import { type LoggedAnswer, type LoggedRequest, sha256 } from './log.ts';
import { type Asked, isObject, type JsonObject, type LlmProtocol } from './protocols/protocol.ts';
import { findProtocol } from './protocols/protocols.ts';
import { type PreparedAnswer, sendAnswer } from './send-answer.ts';

/** Events of a stream bring about as much as a few tokens. */
const PIECE_LENGTH = 12;

/** A request that asks an LLM something. */
export interface LlmRequest extends Asked {
  /** Counts all requests of the endpoint, from 1. */
  number: number;
  protocol: LlmProtocol['name'];
  /** The body's JSON. */
  body: JsonObject;
  /** Of the body's bytes. */
  sha256: string;
}

export interface LlmEndpointOptions {
  /** What the LLM says; `defaultAnswer` when left out. */
  answer?: ((request: LlmRequest) => string) | undefined;
  /** How a request is answered that `next` says nothing of; well when left out. */
  behave?: Behaviour | ((request: LlmRequest) => Behaviour) | undefined;
  /** Told of each request before it is answered, and of each change of its answer. */
  onLog?: ((request: LoggedRequest) => void) | undefined;
}

export interface LlmEndpoint extends AsyncDisposable {
  /** Without a slash at the end, and without the `/v1` that some SDKs want behind it. */
  readonly url: string;
  /** All that arrived, in order; the answers go on while they are sent. */
  readonly requests: readonly LoggedRequest[];
  /** Says how the requests to come are answered, one each. */
  next(...behaviours: Behaviour[]): void;
  /** Resolves as soon as something holds of what is logged. */
  until(holds: (requests: readonly LoggedRequest[]) => boolean): Promise<void>;
  /** Stops listening and breaks what is open. */
  close(): Promise<void>;
}

/**
 * Starts an LLM on 127.0.0.1 that speaks as OpenAI (chat, responses), Anthropic, Ollama and Google do, to their own
 * SDKs, and fails as they do when it is told to. It logs the exact bytes of every request and answer.
 */
export async function startLlmEndpoint(options: LlmEndpointOptions = {}): Promise<LlmEndpoint> {
  const requests: LoggedRequest[] = [];
  const queue: Behaviour[] = [];
  const changes = new EventEmitter().setMaxListeners(0);
  const onLog = (logged: LoggedRequest) => {
    options.onLog?.(logged);
    changes.emit('log');
  };
  const server = createServer(async (message, response) => {
    const body = await readBody(message);
    if (body === null) return;
    const logged = { ...toLogged(message, body), number: requests.length + 1, answer: null };
    requests.push(logged);
    onLog(logged);
    await respond(response, { logged, options: { ...options, onLog }, queue });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    next: (...behaviours) => void queue.push(...behaviours),
    async until(holds) {
      while (!holds(requests)) await once(changes, 'log');
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Null when the client left before its request was whole: then it asked for nothing. */
async function readBody(message: IncomingMessage): Promise<Buffer | null> {
  try {
    return await buffer(message);
  } catch (error) {
    if (!message.complete) return null;
    throw error;
  }
}

function toLogged({ method = '', url = '', headers }: IncomingMessage, body: Buffer) {
  return { method, url, headers, body, sha256: sha256(body) };
}

interface Turn {
  logged: LoggedRequest & { answer: LoggedAnswer | null };
  options: LlmEndpointOptions;
  queue: Behaviour[];
}

async function respond(response: ServerResponse, { logged, options, queue }: Turn): Promise<void> {
  const prepared = prepare(logged, options, queue);
  const { cut } = prepared.behaviour;
  if (cut?.at === 'request') {
    if (cut.by === 'break') response.destroy();
    return;
  }
  await sendAnswer(response, prepared, (answer) => {
    logged.answer = answer;
    options.onLog?.(logged);
  });
}

function prepare(logged: LoggedRequest, options: LlmEndpointOptions, queue: Behaviour[]): PreparedAnswer {
  const body = parseJson(logged.body);
  const found = findProtocol(new URL(logged.url, 'http://localhost'), body);
  if (found === null) return refuse(404, { error: `Nothing is spoken at ${logged.url}` }, {});

  const { protocol, asked } = found;
  const request = { ...asked, number: logged.number, protocol: protocol.name, body, sha256: logged.sha256 };
  const behaviour = queue.shift() ?? behaviourFor(request, options);
  const { status = 200 } = behaviour;
  if (status >= 300 || status < 200)
    return refuse(status, protocol.writeError(status, `The test asked for ${status}.`), behaviour);

  const text = behaviour.text ?? (options.answer ?? defaultAnswer)(request);
  const pieces = toPieces(text, behaviour.pieceLength ?? PIECE_LENGTH);
  const { contentType, parts } = protocol.write({ ...asked, id: logged.sha256.slice(0, 24), pieces, body });
  return toPrepared(status, { contentType, parts }, behaviour);
}

function behaviourFor(request: LlmRequest, { behave = {} }: LlmEndpointOptions): Behaviour {
  return typeof behave === 'function' ? behave(request) : behave;
}

function refuse(status: number, error: JsonObject, behaviour: Behaviour): PreparedAnswer {
  return toPrepared(status, { contentType: 'application/json', parts: [JSON.stringify(error)] }, behaviour);
}

function toPrepared(
  status: number,
  { contentType, parts }: { contentType: string; parts: string[] },
  behaviour: Behaviour,
): PreparedAnswer {
  const written = behaviour.body === undefined ? parts : [behaviour.body];
  const headers = { 'content-type': contentType, ...behaviour.headers };
  return { status, headers, parts: written.map((part) => Buffer.from(part)), behaviour };
}

/** What is no JSON object asks for nothing, and is answered by its path alone. */
function parseJson(bytes: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
