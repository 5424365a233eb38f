import { Agent, type IncomingMessage, request } from 'node:http';
import { describeProcedures } from '@stepledger/api';
import { type ErrorCode, LIMITS, type WireError } from '@stepledger/contract';
import type { InputOf, OutputOf, ProcedurePath } from './paths.ts';

/** What a call came to. */
export type Outcome = { readonly status: number; readonly body: string } & (
  | { readonly ok: true; readonly data: unknown }
  | { readonly ok: false; readonly failure: WireError }
);

export interface HttpAnswer {
  status: number;
  body: string;
}

/** A caller that says on the wire exactly what it is told to, and hears every answer out. */
export interface Api {
  readonly url: string;
  /** The same server with further headers. */
  with(headers: Record<string, string>): Api;
  /** A call that must succeed. */
  call<P extends ProcedurePath>(path: P, input: InputOf<P>): Promise<OutputOf<P>>;
  send(path: string, input: unknown): Promise<Outcome>;
  /** Many inputs of one procedure, each as JSON text, in batches of as many calls as a request may have. */
  sendMany(path: string, inputs: readonly string[]): Promise<Outcome[]>;
  http(
    method: string,
    path: string,
    options?: { body?: string | Buffer; type?: string | null },
  ): Promise<HttpAnswer>;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

export function createApi(url: string, headers: Record<string, string> = {}): Api {
  const http: Api['http'] = (method, path, { body, type = 'application/json' } = {}) =>
    new Promise((resolve, reject) => {
      const sent = { ...headers, ...(body !== undefined && type !== null && { 'content-type': type }) };
      const req = request(`${url}${path}`, { method, headers: sent, agent }, async (res) => {
        const body = await readAnswer(res);
        const leak = findLeak(body);
        if (leak === null) resolve({ status: res.statusCode ?? 0, body });
        else reject(new Error(`The answer to ${method} ${path} tells ${leak}: ${body}`));
      });
      req.once('error', reject);
      req.end(body);
    });
  const post = async (path: string, json: string): Promise<Outcome> => {
    const { status, body } = await http('POST', `/trpc/${path}`, { body: json });
    return toOutcome(JSON.parse(body), { status, body });
  };
  const sendMany = async (path: string, inputs: readonly string[]): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    const batches = SUBSCRIPTIONS.has(path)
      ? inputs.map((_, at) => [at, at + 1] as const)
      : toBatches(inputs);
    for (const [at, end] of batches) {
      const part = inputs.slice(at, end);
      const [only] = part;
      if (part.length === 1 && only !== undefined) {
        outcomes.push(await post(path, only));
        continue;
      }
      const { status, body } = await http('POST', `/trpc/${part.map(() => path).join(',')}?batch=1`, {
        body: `{${part.map((json, index) => `"${index}":${json}`).join(',')}}`,
      });
      const answers: unknown = JSON.parse(body);
      if (!Array.isArray(answers)) throw new Error(`A batch of ${path} was refused: ${body}`);
      outcomes.push(...answers.map((answer) => toOutcome(answer, { status, body: JSON.stringify(answer) })));
    }
    return outcomes;
  };
  return {
    url,
    http,
    sendMany,
    with: (more) => createApi(url, { ...headers, ...more }),
    send: (path, input) => post(path, input === undefined ? '' : JSON.stringify(input)),
    async call<P extends ProcedurePath>(path: P, input: InputOf<P>) {
      const outcome = await post(path, JSON.stringify(input));
      if (outcome.ok) return outcome.data as OutputOf<P>;
      throw new Error(`${path} failed with ${outcome.failure.code}: ${outcome.failure.message}`);
    },
  };
}

/** Subscriptions do not share a request. */
const SUBSCRIPTIONS = new Set(
  describeProcedures().flatMap(({ path, kind }) => (kind === 'subscription' ? [path] : [])),
);

/** An answer to its end; of a subscription its first event, as the answer of a query would tell it. */
async function readAnswer(res: IncomingMessage): Promise<string> {
  const isStream = res.headers['content-type']?.startsWith('text/event-stream') ?? false;
  let text = '';
  for await (const chunk of res.setEncoding('utf8')) {
    text += String(chunk);
    const event = isStream ? FIRST_EVENT.exec(text) : null;
    if (event) {
      const [, failed, data = ''] = event;
      return failed === undefined ? `{"result":{"data":${data}}}` : `{"error":${data}}`;
    }
  }
  return text;
}

/** What tRPC sends first only says that the stream is open. */
const FIRST_EVENT = /\n\n+(?:event: (serialized-error)\n)?data: (.*)\n/;

/** `ok`, or the code of the failure. */
export function codeOf(outcome: Outcome): ErrorCode | 'ok' {
  return outcome.ok ? 'ok' : outcome.failure.code;
}

/** What a failure says to programs: code and details. */
export function failureOf(outcome: Outcome): Pick<WireError, 'code' | 'details'> {
  if (outcome.ok) throw new Error(`Expected a failure, but the answer was ${outcome.body.slice(0, 500)}`);
  const { code, details } = outcome.failure;
  return { code, details };
}

function toOutcome(answer: unknown, { status, body }: HttpAnswer): Outcome {
  const { result, error } = answer as {
    result?: { data: unknown };
    error?: { data: { ledger: WireError } };
  };
  if (result) return { ok: true, data: result.data, status, body };
  const failure = error?.data.ledger;
  if (!failure) throw new Error(`Neither a result nor a typed error: ${body.slice(0, 500)}`);
  return { ok: false, failure, status, body };
}

/** From and to which input each batch goes: as many calls and bytes as a request may have. */
function* toBatches(inputs: readonly string[]): Generator<[number, number]> {
  let from = 0;
  let bytes = 0;
  for (const [index, json] of inputs.entries()) {
    const size = Buffer.byteLength(json) + 10;
    // An input that is left out has no place in a batch.
    const isAlone = json === '' || inputs[from] === '';
    const isFull = index - from === LIMITS.maxBatchCalls || bytes + size > LIMITS.maxBodyBytes / 2;
    if (index > from && (isAlone || isFull)) {
      yield [from, index];
      from = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < inputs.length) yield [from, inputs.length];
}

const LEAKS: Record<string, RegExp> = {
  'a stack': /"stack"|\bat [^"]*:\d+:\d+/,
  'a file': /node_modules|file:\/\/|\/src\/|\.ts\b/,
  SQL: /project_id|run_head|jsonb_|::(?:uuid|int|text|jsonb)|\$\d+\b|syntax error|invalid input syntax|violates |relation \\"/,
  'a hash of a key': /key_hash|input_hash/,
};

/** What an answer tells that is none of the caller's business; null when nothing. */
function findLeak(body: string): string | null {
  return Object.entries(LEAKS).find(([, pattern]) => pattern.test(body))?.[0] ?? null;
}
