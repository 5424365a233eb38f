import { type ResponseHeader, toSafeHeaders } from '@stepledger/contract';
import { toExactJsonOrNull } from '../exact-json.ts';

/** Headers as they are stored: without what may be a credential, whoever sent them. */
export function toHeadersJson(headers: readonly ResponseHeader[] | undefined): string | null {
  return toExactJsonOrNull(headers && toSafeHeaders(headers));
}
