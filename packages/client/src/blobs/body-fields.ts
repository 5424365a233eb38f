/** Where a body stands: here, in fields of an object, or in each item of a list. */
type BodyShape = 'body' | Nested;
type Nested = readonly [Nested] | { readonly [field: string]: BodyShape };

const documents = [{ text: 'body' }] as const;
const messages = [{ content: 'body' }] as const;
const response = 'body';
const attempts = [{ request: 'body', response: 'body' }] as const;

/**
 * The fields of each mutation that may name a stored blob in place of a text or body.
 *
 * A test compares this with the contract's schemas.
 */
export const BODY_FIELDS: Readonly<Record<string, Nested>> = {
  'documents.create': { text: 'body' },
  'documents.put': { text: 'body' },
  'documents.putMany': { documents },
  'documents.update': { text: 'body' },
  'exchanges.open': { messages },
  'exchanges.attempt': { request: 'body', response },
  'exchanges.complete': { response, attempts },
  'exchanges.fail': { response, attempts },
  'exchanges.record': { messages, response, attempts, documents },
  'parses.record': { documents },
};

/** One body in an input: what it is, and how to put something else in its place. */
export interface BodySlot {
  value: unknown;
  /** As refusals name it: `documents[3].text`. */
  path: string;
  replace(value: unknown): void;
}

/** Finds the bodies of an input, in a copy of it that shares all the rest with the caller's own. */
export function findBodies(path: string, input: unknown): { copy: unknown; slots: BodySlot[] } {
  const slots: BodySlot[] = [];
  const shape = BODY_FIELDS[path];
  return { copy: shape === undefined ? input : copyAlong(input, shape, { slots, path: '' }), slots };
}

function copyAlong(
  value: unknown,
  shape: Nested,
  { slots, path }: { slots: BodySlot[]; path: string },
): unknown {
  if (isList(shape)) {
    const [item] = shape;
    if (!Array.isArray(value)) return value;
    return value.map((element: unknown, index) =>
      copyAlong(element, item, { slots, path: `${path}[${index}]` }),
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const copy: Record<string, unknown> = { ...value };
  for (const [field, inner] of Object.entries(shape)) {
    if (copy[field] === undefined) continue;
    const at = path === '' ? field : `${path}.${field}`;
    if (inner !== 'body') copy[field] = copyAlong(copy[field], inner, { slots, path: at });
    else slots.push(slotOf(copy, field, at));
  }
  return copy;
}

function isList(shape: Nested): shape is readonly [Nested] {
  return Array.isArray(shape);
}

function slotOf(owner: Record<string, unknown>, field: string, path: string): BodySlot {
  return {
    path,
    get value() {
      return owner[field];
    },
    replace(value) {
      owner[field] = value;
    },
  };
}
