import { mergeTexts } from '@stepledger/client';
import { hasMarkers, renderConflicts } from './markers.ts';

/** What a file and a version say of a document beside its text; the step as `NAME` or `NAME:KEY`. */
export interface Attributes {
  title: string | null;
  status: string | null;
  step: string | null;
}

/** A version of the ledger; its text is null where it deletes the document. */
export interface VersionState {
  version: number;
  text: string | null;
  attributes: Attributes;
}

/** A file as it was read. What it does not say is undefined and changes nothing. */
export interface LocalState {
  text: string;
  attributes: { [Name in keyof Attributes]?: Attributes[Name] | undefined };
  /** Whether its front matter names the version that it was made from. */
  isNamed: boolean;
  /** Whether its front matter says that a conflict waits for a person. */
  waits: boolean;
  /** Whether its front matter holds more than sync writes, which only this file has. */
  hasOwnFront: boolean;
}

/** All that is known of one document on both sides. */
export interface Situation {
  local: LocalState | null;
  /** The version that the file was made from; null when nobody knows. */
  base: VersionState | null;
  /** The newest version; null when the run has no such document. */
  head: VersionState | null;
  /** The version at which this folder last held the document; null when it never did. */
  known: number | null;
  options: DecideOptions;
}

export interface DecideOptions {
  /** Whether deletions travel, in both directions. */
  delete: boolean;
  /** Whether files that were removed here are written again. */
  restore: boolean;
  /** The step for what is saved, where the file does not ask for another. */
  step: string | null;
}

/** A file as it is to be: the text, and what stands in its front matter. */
export interface FileState {
  text: string;
  /** Null where the number comes of the save before. */
  version: number | null;
  attributes: Attributes;
  /** What a person has to decide, for the front matter; null when the text's marks say it. */
  conflict: string | null;
}

/** What to save; undefined fields stay as they are. The text is only left out when nothing of it changed. */
export interface Save {
  /** The head that it builds on; 0 when there is none yet. */
  expectedVersion: number;
  text: string | undefined;
  title: string | null | undefined;
  status: string | null | undefined;
  step: string | null;
}

export type Decision =
  | { do: 'nothing' }
  /** `pull` changes the file's text or attributes, `adopt` only the version that it names. */
  | { do: 'write'; action: 'pull' | 'adopt'; file: FileState }
  | { do: 'save'; action: 'create' | 'push' | 'merge'; save: Save; file: FileState }
  | { do: 'delete-file' }
  | { do: 'delete-document'; version: number }
  /** With a file: it is written with both sides in it, and waits. Without: both sides stay as they are. */
  | { do: 'conflict'; reason: string; file: FileState | null }
  | { do: 'report'; action: 'removed-here' | 'removed-there'; reason: string };

/**
 * What becomes of one document, from what stands on both sides. Looks at nothing else and changes nothing.
 *
 * It never takes away what stands on one side only: what a decision replaces is a version of the ledger, or part of
 * what it puts in the place.
 */
export function decide(situation: Situation): Decision {
  const { local, head } = situation;
  if (local === null) return withoutFile(situation);
  if (isUnresolved(local, situation.base)) {
    return {
      do: 'conflict',
      reason: 'waits for you: take the conflict marks and the `conflict` line out',
      file: null,
    };
  }
  if (head === null) return create(local, 0, situation.options);
  if (head.text === null) return againstDeletion(local, head, situation);
  return join(local, { ...head, text: head.text }, situation);
}

function isUnresolved(local: LocalState, base: VersionState | null): boolean {
  return local.waits || (hasMarkers(local.text) && !hasMarkers(base?.text ?? ''));
}

function withoutFile({ head, known, options }: Situation): Decision {
  if (head === null || head.text === null) return { do: 'nothing' };
  if (known === null || options.restore) {
    const { text, version, attributes } = head;
    return { do: 'write', action: 'pull', file: { text, version, attributes, conflict: null } };
  }
  if (!options.delete) {
    return {
      do: 'report',
      action: 'removed-here',
      reason:
        'the file was removed here and the document stays; --delete deletes it, --restore writes it again',
    };
  }
  if (known === head.version) return { do: 'delete-document', version: head.version };
  return {
    do: 'conflict',
    reason: `the file was removed here, and the run has version ${head.version} since; --restore writes it`,
    file: null,
  };
}

function create(local: LocalState, expectedVersion: number, { step }: DecideOptions): Decision {
  const attributes: Attributes = {
    title: local.attributes.title ?? null,
    status: local.attributes.status ?? null,
    step: local.attributes.step ?? step,
  };
  return {
    do: 'save',
    action: 'create',
    save: {
      expectedVersion,
      text: local.text,
      title: local.attributes.title,
      status: local.attributes.status,
      step: attributes.step,
    },
    file: { text: local.text, version: null, attributes, conflict: null },
  };
}

function againstDeletion(local: LocalState, head: VersionState, { base, options }: Situation): Decision {
  // A file that names no version is new: it takes the numbering of the deleted document up again.
  if (base === null) return create(local, head.version, options);
  if (local.text !== base.text || hasChanged(local, base)) {
    return {
      do: 'conflict',
      reason:
        'the document was deleted in the run and the file was edited here; undelete the document, or remove the file, or take `id` and `version` out of it to save it anew',
      file: null,
    };
  }
  if (options.delete && !local.hasOwnFront) return { do: 'delete-file' };
  const how = local.hasOwnFront ? 'its front matter holds more; remove it yourself' : '--delete removes it';
  return {
    do: 'report',
    action: 'removed-there',
    reason: `the document was deleted in the run and the file stays; ${how}`,
  };
}

function hasChanged(local: LocalState, base: VersionState): boolean {
  return (['title', 'status'] as const).some((name) => {
    const value = local.attributes[name];
    return value !== undefined && value !== base.attributes[name];
  });
}

type LiveVersion = VersionState & { text: string };

function join(local: LocalState, head: LiveVersion, { base, options }: Situation): Decision {
  const merged = mergeTexts({ base: base?.text ?? '', ours: local.text, theirs: head.text });
  const title = joinAttribute('title', { local, base, head });
  const status = joinAttribute('status', { local, base, head });
  const waiting = [...title.conflicts, ...status.conflicts];
  const step = wantedStep(local, base);
  const values = { title: title.value, status: status.value };
  if (merged.conflicts.length > 0 || waiting.length > 0) {
    // Where marks stood before, they say nothing; the front matter then does.
    const unclear = merged.conflicts.length > 0 && (hasMarkers(head.text) || hasMarkers(base?.text ?? ''));
    return {
      do: 'conflict',
      reason: conflictReason(merged.conflicts.length, waiting),
      file: {
        text: renderConflicts(merged, head.version),
        version: head.version,
        attributes: { ...values, step: step ?? head.attributes.step },
        conflict: [...waiting, ...(unclear ? ['text'] : [])].join('; ') || null,
      },
    };
  }
  const text = merged.text === head.text ? undefined : merged.text;
  const changes = {
    text,
    title: values.title === head.attributes.title ? undefined : values.title,
    status: values.status === head.attributes.status ? undefined : values.status,
  };
  const isSaved = Object.values(changes).some((change) => change !== undefined);
  if (!isSaved) return takeHead(local, head, { base, step });
  const savedIn = step ?? options.step ?? head.attributes.step;
  return {
    do: 'save',
    action: merged.text === local.text && base?.version === head.version ? 'push' : 'merge',
    save: { expectedVersion: head.version, ...changes, step: savedIn },
    file: { text: merged.text, version: null, attributes: { ...values, step: savedIn }, conflict: null },
  };
}

/** The run has all that the file says; what is left is to write the file. */
function takeHead(
  local: LocalState,
  head: LiveVersion,
  { base, step }: { base: VersionState | null; step: string | null | undefined },
): Decision {
  const attributes = { ...head.attributes, ...(step !== undefined && { step }) };
  const { text, version } = head;
  const file: FileState = { text, version, attributes, conflict: null };
  const same =
    local.text === text &&
    (['title', 'status', 'step'] as const).every(
      (name) => (local.attributes[name] ?? null) === attributes[name],
    );
  if (!same) return { do: 'write', action: 'pull', file };
  return base?.version === version && local.isNamed
    ? { do: 'nothing' }
    : { do: 'write', action: 'adopt', file };
}

/** The step that a person wrote into the file; undefined when it is still the one of the version below. */
function wantedStep({ attributes }: LocalState, base: VersionState | null): string | null | undefined {
  const { step } = attributes;
  return step === undefined || step === base?.attributes.step ? undefined : step;
}

function joinAttribute(
  name: 'title' | 'status',
  { local, base, head }: { local: LocalState; base: VersionState | null; head: VersionState },
): { value: string | null; conflicts: string[] } {
  const theirs = head.attributes[name];
  const ours = local.attributes[name];
  const before = base?.attributes[name];
  if (ours === undefined || ours === theirs || ours === before) return { value: theirs, conflicts: [] };
  if (theirs === before) return { value: ours, conflicts: [] };
  return { value: ours, conflicts: [`${name} is ${theirs === null ? 'not set' : theirs} in the run`] };
}

function conflictReason(places: number, waiting: readonly string[]): string {
  const texts = places === 0 ? [] : [`both sides changed ${places === 1 ? 'one place' : `${places} places`}`];
  return [...texts, ...waiting].join('; ');
}
