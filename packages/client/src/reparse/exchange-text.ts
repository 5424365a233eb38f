import type { Exchange } from '@stepledger/contract';
import type { Blobs } from '../blobs/blobs.ts';
import type { CallOptions } from '../calls/features.ts';
import { findProtocol } from '../recording/protocols/find-protocol.ts';

/**
 * What the LLM said in an exchange, as one text.
 *
 * A response that was stored as text is that text. One that was recorded as the body of an HTTP response is read by the
 * protocol of its url: the assistant's text; of a protocol that is not known, the body as UTF-8.
 */
export async function textOfExchange(
  { response, responseText, attempts }: Pick<Exchange, 'response' | 'responseText' | 'attempts'>,
  blobs: Blobs,
  options: CallOptions = {},
): Promise<string> {
  if (responseText !== null) return responseText;
  if (response === null) return '';
  const bytes = await blobs.get(response.id, options);
  const source = attempts.findLast((attempt) => attempt.response?.id === response.id);
  const protocol = source?.url != null && URL.canParse(source.url) ? findProtocol(new URL(source.url)) : null;
  if (protocol !== null) {
    const reader = protocol.createReader(source?.contentType ?? '');
    reader.push(bytes);
    reader.end();
    if (reader.text !== null) return reader.text;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
