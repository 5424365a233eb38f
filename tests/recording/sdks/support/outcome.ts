/** What a caller sees of a call: a text, or an error with all that SDKs put into one. */
export type Outcome = { text: string; error?: never } | { text?: never; error: SeenError };

export interface SeenError {
  type: string;
  name: string;
  message: string;
  /** Statuses, codes, bodies, ... */
  fields: Record<string, unknown>;
  causes: SeenError[];
}

/** What differs from call to call: when it was, and the ports that it went through. */
const PASSING = new Set([
  'stack',
  'date',
  'lastError',
  'cause',
  'errors',
  'socket',
  'headers',
  'responseHeaders',
]);

export async function outcomeOf(call: Promise<{ text: string }>): Promise<Outcome> {
  try {
    return { text: (await call).text };
  } catch (error) {
    return { error: seen(error) };
  }
}

function seen(error: unknown): SeenError {
  if (!(error instanceof Error)) throw new TypeError('An SDK threw what is no Error', { cause: error });
  const { name, message, cause } = error;
  const several = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  const causes = [cause, ...several].filter((one) => one instanceof Error);
  const own = Object.entries(error).filter(([key]) => !PASSING.has(key));
  return {
    type: error.constructor.name,
    name,
    message,
    fields: JSON.parse(JSON.stringify(Object.fromEntries(own))),
    causes: causes.map(seen),
  };
}

/** Every message of an error and its causes. */
export function messagesOf({ message, causes }: SeenError): string[] {
  return [message, ...causes.flatMap(messagesOf)];
}
