/** Statuses whose responses have no body, so that none can be given to them. */
const NULL_BODY_STATUSES = new Set([204, 205, 304]);

/** Whether a response can be made again with another body: opaque ones, say, cannot. */
export function isWrappable(response: Response): response is Response & { body: ReadableStream<Uint8Array> } {
  const { body, status } = response;
  // Some implementations of fetch have streams of their own.
  const isStream =
    body !== null && body !== undefined && typeof body.getReader === 'function' && !body.locked;
  return isStream && status >= 200 && status <= 599 && !NULL_BODY_STATUSES.has(status);
}

/**
 * A response like the one given, with another body.
 *
 * A new Response loses where it came from; `url`, `redirected` and `type` are therefore given to it and its clones.
 */
export function wrapResponse(response: Response, body: ReadableStream<Uint8Array>): Response {
  const { status, statusText, headers } = response;
  return withOrigin(new Response(body, { status, statusText, headers }), response);
}

function withOrigin(response: Response, { url, redirected, type }: Response): Response {
  const clone = () => withOrigin(Response.prototype.clone.call(response), response);
  return Object.defineProperties(response, {
    url: { value: url, configurable: true },
    redirected: { value: redirected, configurable: true },
    type: { value: type, configurable: true },
    clone: { value: clone, configurable: true, writable: true },
  });
}
