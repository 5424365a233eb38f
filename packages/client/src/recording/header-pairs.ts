import { type ResponseHeader, toSafeHeaders } from '@stepledger/contract';

/** Headers as they came: a name may be there more than once, in any case. */
export type HeaderPairs = Iterable<readonly [name: string, value: string]>;

/** The headers of a response as they may be stored; undefined when they cannot be. */
export function toStoredHeaders(pairs: HeaderPairs): ResponseHeader[] | undefined {
  return toSafeHeaders(Array.from(pairs, ([name, value]) => ({ name: name.toLowerCase(), value })));
}
