import type { Blobs } from './blobs/blobs.ts';
import type { Features } from './calls/features.ts';
import type { PromptRenderer } from './prompts/renderer.ts';
import type { Recorder } from './recording/recorder.ts';
import type { Replay } from './replay/replay.ts';

/** What the handles of one client share. */
export interface LedgerContext {
  readonly features: Features;
  readonly blobs: Blobs;
  readonly recorder: Recorder;
  readonly renderers: readonly PromptRenderer[];
  /** Set when answers come from the ledger in place of the LLM. */
  readonly replay: Replay | null;
}
