import type { MovedInput, VersionRef } from '@stepledger/client';

export type Kind = 'requirement' | 'design';

export interface Read {
  ref: VersionRef;
  text: string;
}

/** What the agents of these tests ask of a ledger: two documents, a model of them or real ones. */
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

/** One version that a write made, and what it was based on. */
export interface Commit {
  kind: Kind;
  version: number;
  basedOn: VersionRef[];
}

/** The rule itself, without a database: each write is checked against the heads and stored in one go. */
export function createModel(texts: Record<Kind, string>): Shelf & { commits: Commit[] } {
  const versions: Record<Kind, string[]> = { requirement: [texts.requirement], design: [texts.design] };
  const commits: Commit[] = [];
  const kindOf = ({ documentId }: VersionRef): Kind => (documentId === 'design' ? 'design' : 'requirement');
  return {
    commits,
    read: async (kind, version = versions[kind].length) => ({
      ref: { documentId: kind, version },
      text: versions[kind][version - 1] ?? '',
    }),
    write: async (kind, text, { expectedVersion: expected, basedOn }) => {
      const actual = versions[kind].length;
      if (actual !== expected) {
        throw new Refused({
          code: 'VERSION_CONFLICT',
          details: { type: 'document', id: kind, expected, actual },
        });
      }
      const inputs = basedOn.flatMap((ref) => {
        const [input, head] = [kindOf(ref), versions[kindOf(ref)].length];
        const names = { documentId: input, kind: input, key: input, deleted: false };
        return head === ref.version ? [] : [{ ...names, basedOn: ref.version, actual: head }];
      });
      if (inputs.length > 0) throw new Refused({ code: 'INPUTS_MOVED', details: { inputs } });
      versions[kind].push(text);
      commits.push({ kind, version: versions[kind].length, basedOn });
      return versions[kind].length;
    },
  };
}
