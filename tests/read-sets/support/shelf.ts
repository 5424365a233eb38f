import type { MovedInput, Services, VersionRef } from '@stepledger/contract';

export const KINDS = ['requirement', 'design'] as const;
export type Kind = (typeof KINDS)[number];

export interface Read {
  ref: VersionRef;
  text: string;
}

/** What the agents of these tests ask of a ledger: two documents. */
export interface Shelf {
  read(kind: Kind, version?: number): Promise<Read>;
  /** Answers the version that was made. @throws Refused */
  write(kind: Kind, text: string, known: { expectedVersion: number; basedOn: VersionRef[] }): Promise<number>;
}

export type Refusal =
  | { code: 'VERSION_CONFLICT'; details: { type: string; id: string; expected: number; actual: number } }
  | { code: 'INPUTS_MOVED'; details: { inputs: MovedInput[] } };

export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/** The documents of one key in a run, by a client or by the services themselves. */
export function createShelf(
  { documents }: Pick<Services, 'documents'>,
  { runId, key }: { runId: string; key?: string },
): Shelf {
  const ids = new Map<Kind, string>();
  const where = (kind: Kind) => ({ runId, kind, key: key ?? kind });
  return {
    async read(kind, version) {
      const documentId = ids.get(kind);
      const at = { withText: true, includeDeleted: false, ...(version !== undefined && { version }) };
      const found = await documents.get(documentId ? { documentId, ...at } : { ...where(kind), ...at });
      ids.set(kind, found.id);
      return { ref: { documentId: found.id, version: found.version }, text: found.text ?? '' };
    },
    async write(kind, text, known) {
      try {
        // So that the tables tell what each version was built on.
        const [input] = known.basedOn;
        const note = input ? { note: `${input.version}` } : {};
        return (await documents.put({ ...where(kind), text, links: [], ...known, ...note })).version;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        throw new Refused(error);
      }
    },
  };
}

function isRefusal(error: unknown): error is Refusal {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'VERSION_CONFLICT' || code === 'INPUTS_MOVED';
}
