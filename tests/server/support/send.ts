import { request } from 'node:http';

export interface Sent {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  /** The body as JSON; undefined when it is none. */
  json: unknown;
}

export interface SendOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Sent as it stands in place of the URL's, which is tidied up. */
  path?: string;
}

/** Sends one HTTP request with any headers, also those that `fetch` would not send, such as Host. */
export function send(
  url: string,
  { method = 'GET', headers = {}, body, path }: SendOptions = {},
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const req = request(
      url,
      { method, headers, agent: false, ...(path !== undefined && { path }) },
      async (res) => {
        try {
          const chunks: Buffer[] = [];
          for await (const chunk of res as AsyncIterable<Buffer>) chunks.push(chunk);
          const answer = Buffer.concat(chunks);
          resolve({ status: res.statusCode ?? 0, headers: res.headers, body: answer, json: toJson(answer) });
        } catch (error) {
          reject(error);
        }
      },
    );
    req.once('error', reject);
    req.end(body);
  });
}

/** Calls a procedure by POST. */
export function call(
  url: string,
  path: string,
  input: unknown,
  headers: Record<string, string> = {},
): Promise<Sent> {
  return send(`${url}/trpc/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
  });
}

function toJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
