import { LIMITS } from '@stepledger/contract';
import type { FetchFunction } from '../http/checked-fetch.ts';
import { collectBody } from './collect-body.ts';

export type FetchInput = Parameters<FetchFunction>[0];
type RequestBody = NonNullable<RequestInit['body']>;

/** What a fetch was asked for, with the body as bytes. */
export interface ReadRequest {
  url: URL;
  method: string;
  /** The exact bytes that are sent; null when there is no body or it is not recorded. */
  body: Uint8Array | null;
  /** Why a body is not recorded; null when it is, or when there is none. */
  unrecorded: string | null;
  /** For the real fetch, which sends the same as it would have without us. */
  input: FetchInput;
  init: RequestInit | undefined;
}

const UNKNOWN_KIND = 'The request body is not recorded: it is of an unknown kind';
const BROKEN = 'The request body is not recorded: it broke off, or its request was aborted';
const TOO_LARGE = `The request body is not recorded: it is larger than ${LIMITS.maxTextBytes} bytes`;

/**
 * Reads what a fetch was asked for, and answers what to ask the real one for instead.
 *
 * Texts, bytes, forms and files are recorded as they are sent; a stream is read, at most 16 MiB, and sent as bytes.
 * A larger body is passed on and not recorded. No stream is read twice.
 *
 * @throws what fetch itself throws for a URL that it cannot use.
 */
export async function readRequest(input: FetchInput, init?: RequestInit): Promise<ReadRequest> {
  const request = input instanceof Request ? input : null;
  const url = toUrl(input);
  const method = (init?.method ?? request?.method ?? 'GET').toUpperCase();
  const asked = { url, method, body: null, unrecorded: null, input, init };
  // By the standard, null is the same as leaving it out.
  if (init?.body !== undefined && init.body !== null) {
    const signal = init.signal ?? request?.signal ?? null;
    const { send, ...read } = await readBody(init.body, signal);
    return { ...asked, ...read, init: withBody(init, request, send) };
  }
  if (request === null) return isForeign(input) ? { ...asked, unrecorded: UNKNOWN_KIND } : asked;
  if (request.body === null || request.bodyUsed || method === 'GET' || method === 'HEAD') return asked;

  // Firefox does not show the body of a request.
  const isHidden = request.body === undefined;
  const { send, ...read } = isHidden
    ? readBytes(await request.arrayBuffer())
    : await readStream(request.body, init?.signal ?? request.signal);
  return { ...asked, ...read, input: new Request(request, toInit(send.body)) };
}

/** A Request that is not of this platform: one of a package, for the fetch of that package. */
function isForeign(input: FetchInput): input is Request {
  return typeof input === 'object' && 'url' in input && !(input instanceof Request);
}

function toUrl(input: FetchInput): URL {
  const href = input instanceof Request || isForeign(input) ? input.url : String(input);
  // A browser takes relative URLs, and a Request says what is wrong with others as fetch does.
  return new URL(URL.canParse(href) ? href : new Request(href).url);
}

interface ReadBody {
  body: Uint8Array | null;
  unrecorded: string | null;
  send: { body: RequestBody; contentType?: string | null };
}

async function readBody(body: RequestBody, signal: AbortSignal | null): Promise<ReadBody> {
  if (typeof body === 'string') return readText(body, body);
  // Copied, as fetch does at once and we would later: the caller may change it meanwhile.
  if (body instanceof URLSearchParams) return readText(body.toString(), new URLSearchParams(body));
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return readBytes(body);
  if (body instanceof ReadableStream) return body.locked ? asItIs(body) : readStream(body, signal);
  if (body instanceof Blob || body instanceof FormData) return readParts(body);
  // What else there is depends on the platform: Node takes async iterables, others turn it into text.
  return asItIs(body);
}

function asItIs(body: RequestBody, unrecorded = UNKNOWN_KIND): ReadBody {
  return { body: null, unrecorded, send: { body } };
}

function readText(text: string, body: RequestBody): ReadBody {
  if (text.length > LIMITS.maxTextBytes) return asItIs(body, TOO_LARGE);
  const bytes = new TextEncoder().encode(text);
  return bytes.length > LIMITS.maxTextBytes
    ? asItIs(body, TOO_LARGE)
    : { body: bytes, unrecorded: null, send: { body } };
}

function readBytes(body: ArrayBuffer | ArrayBufferView): ReadBody {
  const view = ArrayBuffer.isView(body)
    ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
    : new Uint8Array(body);
  const bytes = new Uint8Array(view);
  if (bytes.length > LIMITS.maxTextBytes) return asItIs(bytes, TOO_LARGE);
  return { body: bytes, unrecorded: null, send: { body: bytes } };
}

async function readStream(body: ReadableStream<Uint8Array>, signal: AbortSignal | null): Promise<ReadBody> {
  const collected = await collectBody(body, { maxBytes: LIMITS.maxTextBytes, signal });
  if ('rest' in collected) return asItIs(collected.rest, collected.isTooLarge ? TOO_LARGE : BROKEN);
  return { body: collected.bytes, unrecorded: null, send: { body: collected.bytes } };
}

/** A file or a form, whose type and boundary stand in a header that is not set yet. */
async function readParts(body: Blob | FormData): Promise<ReadBody> {
  if (sizeOf(body) > LIMITS.maxTextBytes) return asItIs(body, TOO_LARGE);
  const encoded = new Response(body);
  const contentType = encoded.headers.get('content-type');
  const bytes = new Uint8Array(await encoded.arrayBuffer());
  const isTooLarge = bytes.length > LIMITS.maxTextBytes;
  return {
    body: isTooLarge ? null : bytes,
    unrecorded: isTooLarge ? TOO_LARGE : null,
    send: { body: bytes, contentType },
  };
}

/** The least that it takes; what stands between the parts of a form comes on top. */
function sizeOf(body: Blob | FormData): number {
  if (body instanceof Blob) return body.size;
  let size = 0;
  for (const [, value] of body) size += typeof value === 'string' ? value.length : value.size;
  return size;
}

function withBody(
  init: RequestInit,
  request: Request | null,
  { body, contentType }: ReadBody['send'],
): RequestInit {
  const changed = { ...init, ...toInit(body) };
  if (contentType === undefined || contentType === null) return changed;
  const headers = new Headers(init.headers ?? request?.headers);
  if (!headers.has('content-type')) headers.set('content-type', contentType);
  return { ...changed, headers };
}

/** A stream may only be sent by those who say that they read the answer afterwards. */
function toInit(body: RequestBody): RequestInit {
  return body instanceof ReadableStream ? ({ body, duplex: 'half' } as RequestInit) : { body };
}
