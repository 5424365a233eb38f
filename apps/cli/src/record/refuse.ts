import type { ServerResponse } from 'node:http';
import type { ProviderName } from './upstreams.ts';

export interface Refusal {
  status: 400 | 404 | 502;
  /** Whose SDK reads it; null when it is not known. */
  provider: ProviderName | null;
  message: string;
}

/** Answers in the upstream's stead, with the reason where each SDK looks for it, and in our name. */
export function refuse(response: ServerResponse, { status, provider, message }: Refusal): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const text = `stepledger record: ${message}`;
  const type = status === 502 ? 'upstream_error' : 'invalid_request_error';
  const bodies = {
    openai: { error: { message: text, type, code: null, param: null } },
    anthropic: { type: 'error', error: { type: status === 502 ? 'api_error' : type, message: text } },
    google: {
      error: { code: status, message: text, status: status === 502 ? 'UNAVAILABLE' : 'INVALID_ARGUMENT' },
    },
    ollama: { error: text },
  };
  const body = JSON.stringify(bodies[provider ?? 'openai']);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
