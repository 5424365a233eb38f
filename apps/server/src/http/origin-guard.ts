import type { IncomingHttpHeaders } from 'node:http';
import { HttpError } from './http-error.ts';
import { isLoopback } from './loopback.ts';

export interface OriginRules {
  /** The host that the server listens on. */
  host: string;
  /** Further names under which it may be called, in lower case and without port. */
  allowedHosts: readonly string[];
  /** Further origins whose pages may call it. */
  allowedOrigins: readonly string[];
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses calls that a foreign web page makes through the visitor's browser.
 *
 * A server on loopback trusts whoever reaches it, so the Host must be a name of loopback: else a page could have
 * its own name resolve to 127.0.0.1 (DNS rebinding). An Origin must be the server's own or allowed by name.
 * Elsewhere callers need a key, and the Host is only checked where hosts are named.
 */
export function checkOrigin(headers: IncomingHttpHeaders, rules: OriginRules): void {
  const host = hostName(headers.host);
  const { allowedHosts } = rules;
  const isChecked = isLoopback(rules.host) || allowedHosts.length > 0;
  const names = isLoopback(rules.host) ? [...LOOPBACK_NAMES, rules.host.toLowerCase()] : [];
  if (isChecked && (host === null || ![...names, ...allowedHosts].includes(host))) {
    throw forbidden('an allowed host', host ?? 'none', 'Host', 'STEPLEDGER_ALLOWED_HOSTS');
  }
  const { origin } = headers;
  if (origin !== undefined && !isSameOrigin(origin, headers.host) && !isAllowedOrigin(origin, rules)) {
    throw forbidden('an allowed origin', origin, 'Origin', 'STEPLEDGER_ALLOWED_ORIGINS');
  }
}

export function isAllowedOrigin(origin: string, { allowedOrigins }: OriginRules): boolean {
  return allowedOrigins.includes(origin.toLowerCase());
}

/** Whether a page came from this server, under whichever of its names. */
function isSameOrigin(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  return (protocol === 'http:' || protocol === 'https:') && originHost === host.toLowerCase();
}

/** The name in a Host header, without its port; null when it is none. */
function hostName(host: string | undefined): string | null {
  return /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase() ?? null;
}

function forbidden(needed: string, has: string, header: string, variable: string): HttpError {
  const shown = has.slice(0, 200);
  return new HttpError({
    status: 403,
    code: 'FORBIDDEN',
    details: { needed, has: shown },
    message: `The ${header} ${JSON.stringify(shown)} may not call this server; allow it by ${variable}`,
  });
}
