/** A program that makes calls of LLMs by fetch, all at once, as the file says that its argument names. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A call that a program makes of an LLM. */
export interface ToldCall {
  /** Where it finds the LLM. */
  variable: 'OPENAI_BASE_URL' | 'ANTHROPIC_BASE_URL' | 'OLLAMA_HOST' | 'GOOGLE_GEMINI_BASE_URL';
  path: string;
  method?: string;
  headers?: Record<string, string>;
  /** The body's bytes, in hexadecimal. */
  hex?: string;
  /** Leaves after so many bytes of the answer. */
  leaves?: number;
}

/** What a program saw of an answer; it prints a line of JSON for each. */
export interface Seen {
  status?: number;
  headers?: Record<string, string>;
  bytes?: number;
  sha256?: string;
  error?: string;
}

async function ask({ variable, path, hex, headers, method, leaves }: ToldCall): Promise<Seen> {
  const leaving = new AbortController();
  const response = await fetch(`${process.env[variable]}${path}`, {
    method: method ?? (hex === undefined ? 'GET' : 'POST'),
    headers: { 'content-type': 'application/json', ...headers },
    body: hex === undefined ? null : Buffer.from(hex, 'hex'),
    signal: leaving.signal,
  });
  const { status } = response;
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    hash.update(chunk);
    bytes += chunk.length;
    if (leaves === undefined || bytes < leaves) continue;
    leaving.abort();
    return { status, bytes };
  }
  return { status, headers: Object.fromEntries(response.headers), bytes, sha256: hash.digest('hex') };
}

const told = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as { calls: ToldCall[]; exit: number };
const failed = (error: unknown): Seen => ({ error: error instanceof Error ? error.name : String(error) });
for (const seen of await Promise.all(told.calls.map((call) => ask(call).catch(failed)))) {
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}
process.exitCode = told.exit;
