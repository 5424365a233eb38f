/** A sent text beside what came back, under the field's name. */
export type Returned = readonly [field: string, sent: unknown, received: unknown];

/** The fields whose values came back changed, in a form that shows NUL, blanks and lone surrogates. */
export function changedFields(fields: readonly Returned[]): string[] {
  return fields
    .filter(([, sent, received]) => JSON.stringify(sent) !== JSON.stringify(received))
    .map(([field, sent, received]) => `${field}: sent ${show(sent)}, received ${show(received)}`);
}

function show(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length <= 300 ? json : `${json.slice(0, 300)}... (${json.length})`;
}

/** Hands out texts in order; a scenario that asks for more than there are is wrong. */
export function createSupply(texts: readonly string[]): () => string {
  let next = 0;
  return () => {
    const text = texts[next++];
    if (text === undefined) throw new Error(`The scenario needs more than ${texts.length} texts`);
    return text;
  };
}
