import { isSecretHeader, type ResponseHeader, responseHeadersSchema } from './response-headers.ts';
import { toSafeUrl } from './safe-url.ts';

/** Their values are addresses, which may be relative. */
const ADDRESSES: ReadonlySet<string> = new Set(['location', 'content-location']);
/** In these it stands where `link` and `refresh` put addresses, which may be relative too: `</a>; rel=next`, `0; url=/a`. */
const ADDRESS_IN: Readonly<Record<string, RegExp>> = {
  link: /(?<=<)[^<>]*(?=>)/g,
  refresh: /(?<=url\s{0,9}=\s{0,9}["']?)[^\s"'][^"']*/gi,
};
/** Ends before what separates it from what follows. */
const URLS = /https?:\/\/[^\s<>"]*[^\s<>"',;]/gi;

/**
 * Headers as they may be stored: in their order, without those that may hold credentials, and with URLs in any of them
 * as `toSafeUrl` leaves them.
 *
 * Undefined when they cannot be stored as `responseHeadersSchema` has them: a part of them would look like all.
 */
export function toSafeHeaders(headers: readonly ResponseHeader[]): ResponseHeader[] | undefined {
  const safe = headers
    .filter(({ name }) => !isSecretHeader(name))
    .map(({ name, value }) => ({
      name,
      value: ADDRESSES.has(name) ? toSafeAddress(value) : toSafeValue(name, value),
    }));
  return responseHeadersSchema.safeParse(safe).data;
}

function toSafeValue(name: string, value: string): string {
  const place = ADDRESS_IN[name];
  return (place === undefined ? value : value.replace(place, toSafeAddress)).replace(URLS, toSafeAddress);
}

/** Of one that is relative or broken, without user and password, query and fragment. */
function toSafeAddress(address: string): string {
  if (!URL.canParse(address)) {
    // A browser reads an address as if these were not there.
    const written = address.replace(/[\t\n\r]/g, '');
    return written.replace(/[?#].*$/s, '').replace(/^(\s*(?:https?:)?[/\\]{2,})(?:[^/\\]*@[/\\]*)+/i, '$1');
  }
  const url = new URL(address);
  const safe = toSafeUrl(url);
  return safe === url.href ? address : safe;
}
