import { usageError } from '../shell/cli-error.ts';
import type { Variables } from '../shell/config.ts';

/** The APIs of LLMs that programs find by an environment variable. */
export const PROVIDERS = {
  openai: {
    // The second is what older programs and some others read.
    variables: ['OPENAI_BASE_URL', 'OPENAI_API_BASE'],
    defaultUrl: 'https://api.openai.com/v1',
    hasOwnPort: false,
  },
  anthropic: {
    variables: ['ANTHROPIC_BASE_URL'],
    defaultUrl: 'https://api.anthropic.com',
    hasOwnPort: false,
  },
  google: {
    variables: ['GOOGLE_GEMINI_BASE_URL'],
    defaultUrl: 'https://generativelanguage.googleapis.com',
    hasOwnPort: false,
  },
  ollama: {
    variables: ['OLLAMA_HOST'],
    defaultUrl: 'http://127.0.0.1:11434',
    // Its variable names a host; not all of its clients keep a path in it.
    hasOwnPort: true,
  },
} as const;

export type ProviderName = keyof typeof PROVIDERS;
export const PROVIDER_NAMES = Object.keys(PROVIDERS) as ProviderName[];

/** Where the calls of a provider really go. */
export interface Upstream {
  provider: ProviderName;
  origin: string;
  /** In front of every path; without a slash at the end. */
  basePath: string;
  /** What the URL's user and password become, for programs that send no `authorization` of their own. */
  authorization: string | null;
}

/** A URL per provider, or false where it is left out. */
export type UpstreamFlags = Partial<Record<ProviderName, string | boolean>>;

/** The flag, else the environment, else the provider's own address. Refuses what is no URL of HTTP. */
export function resolveUpstreams(flags: UpstreamFlags, variables: Variables): Upstream[] {
  return PROVIDER_NAMES.filter((provider) => flags[provider] !== false).map((provider) => {
    const { variables: names, defaultUrl } = PROVIDERS[provider];
    const name = names.find((name) => variables[name]?.trim());
    const flag = flags[provider];
    if (typeof flag === 'string') return toUpstream(provider, flag, `--${provider}`);
    return toUpstream(provider, (name && variables[name]) || defaultUrl, name ?? provider);
  });
}

function toUpstream(provider: ProviderName, text: string, source: string): Upstream {
  const url = provider === 'ollama' ? readOllamaHost(text) : text.trim();
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    throw usageError(`${source} must be a URL that begins with http:// or https://`);
  if (parsed.search || parsed.hash) throw usageError(`${source} must end before ? and #`);
  const { origin, pathname, username, password } = parsed;
  const credentials = readCredentials([username, password], source);
  return {
    provider,
    origin,
    basePath: pathname.replace(/\/+$/, ''),
    authorization: username || password ? `Basic ${Buffer.from(credentials).toString('base64')}` : null,
  };
}

function readCredentials(parts: readonly string[], source: string): string {
  try {
    return parts.map((part) => decodeURIComponent(part)).join(':');
  } catch {
    // Its message would say nothing, and the URL is secret.
    throw usageError(`${source} must have %25 for each % of its user and password`);
  }
}

/** As Ollama reads it: scheme and port may be left out, and a server that listens everywhere is on this machine. */
function readOllamaHost(text: string): string {
  const host = text.trim().replace(/^["']|["']$/g, '');
  const hasScheme = host.includes('://');
  const url = hasScheme ? host : `http://${host.startsWith(':') ? `127.0.0.1${host}` : host}`;
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.hostname === '0.0.0.0') parsed.hostname = '127.0.0.1';
  if (parsed.hostname === '[::]') parsed.hostname = '[::1]';
  if (!hasScheme && !/:\d+$/.test(parsed.host) && !/:80\b/.test(host)) parsed.port = '11434';
  return parsed.href;
}
