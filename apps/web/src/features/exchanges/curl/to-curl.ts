import type { Exchange } from '@stepledger/client';
import { shellQuote } from './shell-quote.ts';

export interface CurlInput {
  /** Where the attempt was sent; null when no HTTP request was recorded. */
  url: string | null;
  provider: string | null;
  /** The request's body as text, where a word of a shell can be made of it. */
  body: string | null;
  /** Where the body can be read from this server, for one that no word holds, and whether that takes a key. */
  source: { url: string; needsKey: boolean } | null;
}

/** Linux takes no longer argument than 128 KiB. */
const MAX_WORD_BYTES = 100_000;

/** How the key travels, by whose API it is. The key itself is never stored, so a variable stands for it. */
const KEY_HEADERS: ReadonlyMap<string | null, readonly string[]> = new Map([
  ['anthropic', ['"x-api-key: $ANTHROPIC_API_KEY"', "'anthropic-version: 2023-06-01'"]],
  ['google', ['"x-goog-api-key: $GOOGLE_API_KEY"']],
  ['openai', ['"authorization: Bearer $OPENAI_API_KEY"']],
  ['ollama', []],
]);
const OTHER_KEY = ['"authorization: Bearer $API_KEY"'];

/**
 * A command for sh, bash, zsh or fish that sends the request again, without any secret; where the body hides something,
 * for bash or zsh, and the others send nothing or another text.
 *
 * A body that no word of a command can hold is read from this server by a second curl.
 */
export function toCurl({ url, provider, body, source }: CurlInput): string {
  const word = body === null || byteLength(body) > MAX_WORD_BYTES ? null : shellQuote(body);
  const headers = ["'content-type: application/json'", ...(KEY_HEADERS.get(provider) ?? OTHER_KEY)];
  const options = [
    // The url is data: no pattern of curl's own, and no file of this machine.
    "curl --globoff --proto '=http,https'",
    `--url ${url === null ? '"$LLM_URL"' : (shellQuote(url) ?? '"$LLM_URL"')}`,
    ...headers.map((header) => `--header ${header}`),
    // `raw`, as a text may begin with the @ that names a file.
    word === null ? '--data-binary @-' : `--data-raw ${word}`,
  ];
  const command = options.join(' \\\n  ');
  if (word !== null || source === null) return command;
  const key = source.needsKey ? ' --header "authorization: Bearer $STEPLEDGER_TOKEN"' : '';
  return `curl --fail --silent${key} --url ${shellQuote(source.url)} |\n${command}`;
}

/** What a Chat Completions API takes, made of the messages where the request itself was not recorded. */
export function toChatBody({ model, parameters, messages }: Exchange): string {
  const asked = messages.map(({ role, content, format }) => ({
    role,
    content: format === 'json' ? toValue(content) : content,
  }));
  return JSON.stringify({ ...parameters, model: model ?? 'MODEL', messages: asked });
}

function toValue(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Whoever stored it said that it is JSON; sent as a text, the receiver can say what it thinks.
    return json;
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
