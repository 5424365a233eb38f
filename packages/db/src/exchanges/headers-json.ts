import { isSecretHeader, type ResponseHeader } from '@stepledger/contract';
import { toExactJsonOrNull } from '../exact-json.ts';

/** Headers as they are stored: without those that may hold credentials, whoever sent them. */
export function toHeadersJson(headers: readonly ResponseHeader[] | undefined): string | null {
  return toExactJsonOrNull(headers?.filter(({ name }) => !isSecretHeader(name)));
}
