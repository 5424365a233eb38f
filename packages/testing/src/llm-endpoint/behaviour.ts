import type { Chunking } from './chunking.ts';

/** How the endpoint answers one request. Nothing set: it answers well. */
export interface Behaviour {
  /** Default 200. With an error the body is the protocol's own error. */
  status?: number;
  /** Beside or in place of the answer's own, such as `retry-after`. */
  headers?: Record<string, string>;
  /** What the LLM says, in place of the endpoint's `answer`. */
  text?: string;
  /** How many characters each event of a stream brings. Default 12. */
  pieceLength?: number;
  /** The whole body as it stands, in place of what the protocol makes of the text. */
  body?: string;
  /** How the body is cut into writes; by default each event is one. Each arrives as a chunk of its own. */
  chunks?: Chunking;
  /** Between two writes. Default 0. */
  chunkDelayMs?: number;
  /** What goes wrong on the way. */
  cut?: Cut;
  /** Compresses a JSON answer, as hosted providers do. The log holds the body as it was before. */
  gzip?: boolean;
}

/** Where an answer stops, and whether the connection breaks or just says no more. */
export interface Cut {
  /**
   * After so many bytes of the body; after half of it; at its `end`, which is then never closed; or on the `request`,
   * which then gets no answer at all.
   */
  at: number | 'request' | 'middle' | 'end';
  by: 'break' | 'hang';
}

/** Soon, so that tests need not wait; not at once, which Anthropic's SDK does not believe. */
const SOON = { 'retry-after': '0.01' };
export const RATE_LIMITED: Behaviour = { status: 429, headers: SOON };
export const SERVER_ERROR: Behaviour = { status: 500, headers: SOON };
/** Half of an answer and no more. Some SDKs try that again, and heed the header of an answer, too. */
export const BROKEN: Behaviour = { cut: { at: 'middle', by: 'break' }, headers: SOON };
export const HANGING: Behaviour = { cut: { at: 'middle', by: 'hang' } };
