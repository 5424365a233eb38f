/** A header as it travels: names keep their case, a name may come more than once. */
export type HeaderPair = [name: string, value: string];

/** What is between two neighbours and not between the ends, by RFC 9110, 7.6.1. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Ours, or made anew for the way to the upstream; the server has answered `expect` by itself. */
const NOT_SENT = new Set(['host', 'expect', 'x-stepledger-run', 'x-stepledger-step']);

/** The headers of a request as the upstream gets them. */
export function toUpstreamHeaders(raw: readonly string[]): HeaderPair[] {
  return betweenEnds(toPairs(raw)).filter(([name]) => !NOT_SENT.has(name.toLowerCase()));
}

/** The headers of a response as the program gets them. */
export function toProgramHeaders(headers: Headers): HeaderPair[] {
  return betweenEnds([...headers]);
}

export function toPairs(raw: readonly string[]): HeaderPair[] {
  const pairs: HeaderPair[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2)
    pairs.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return pairs;
}

/** Without those that are for the neighbour only, by their own name or because `connection` names them. */
function betweenEnds(pairs: readonly HeaderPair[]): HeaderPair[] {
  const named = pairs
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((option) => option.trim().toLowerCase()));
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  return pairs.filter(([name]) => !dropped.has(name.toLowerCase()));
}
