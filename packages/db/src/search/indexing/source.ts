import type { BlobEncoding } from '@stepledger/contract';
import type { SearchType } from '../marks.ts';

/** A text that can be searched for, before it is read. */
export interface Source {
  /** The document, prompt or exchange. */
  readonly id: string;
  /** The version of a document or prompt, the place of a message counted from 1, 0 of a response. */
  readonly item: number;
  readonly type: SearchType;
  /** Microseconds since 1970. */
  readonly at: number;
  readonly run: SourceRun | null;
  /** What it is called; found like the text, and counts more. */
  readonly names: readonly string[];
  readonly kind: string | null;
  readonly tags: readonly string[];
  readonly content: TextPlace;
  /** Of a message: what is remembered once it is indexed. */
  readonly messageHash?: Buffer;
}

export interface SourceRun {
  readonly id: string;
  readonly revision: number;
  readonly stepId: string | null;
  readonly step: string | null;
  readonly workflowId: string | null;
}

/** Where the text stands: in a blob, or at hand. `json` is JSON of which the strings are the text. */
export type TextPlace =
  | {
      readonly sha256: Buffer;
      readonly encoding: BlobEncoding;
      readonly size: number;
      readonly format: 'text' | 'json' | 'body';
    }
  | { readonly text: string };
