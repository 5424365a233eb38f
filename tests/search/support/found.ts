import type { SearchResults } from '@stepledger/client';

/** What was found, short: `design@2` for a document, the type for the rest. */
export async function foundBy(results: SearchResults): Promise<string[]> {
  const { items } = await results;
  return items.map((hit) => (hit.type === 'document' ? `${hit.kind}@${hit.version}` : hit.type));
}
