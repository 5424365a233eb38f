import { isSecretHeader, type ResponseHeader, responseHeadersSchema } from '@stepledger/contract';
import { toSafeUrl } from './safe-url.ts';

/** Headers as they came: a name may be there more than once, in any case. */
export type HeaderPairs = Iterable<readonly [name: string, value: string]>;

/** Their values are addresses, which may have secrets as any other. */
const ADDRESSES: ReadonlySet<string> = new Set(['location', 'content-location']);

/**
 * The headers of a response as they may be stored: in their order, without those that may hold credentials, and with
 * addresses as `toSafeUrl` leaves them.
 *
 * Undefined when they are more than can be stored: a part of them would look like all.
 */
export function toSafeHeaders(pairs: HeaderPairs): ResponseHeader[] | undefined {
  const headers = Array.from(pairs, ([name, value]) => ({ name: name.toLowerCase(), value }))
    .filter(({ name }) => !isSecretHeader(name))
    .map(({ name, value }) => ({ name, value: ADDRESSES.has(name) ? toSafeAddress(value) : value }));
  return responseHeadersSchema.safeParse(headers).data;
}

/** Of one that is relative, without user and password of another host, query and fragment. */
function toSafeAddress(address: string): string {
  if (URL.canParse(address)) return toSafeUrl(new URL(address));
  return address.replace(/[?#].*$/s, '').replace(/^([/\\]{2})[^/\\]*@/, '$1');
}
