import { changeFailed, type Entry, type StepRef } from '@stepledger/client';

export interface EntryFilter {
  /** A step; all steps of a name when the key is null. */
  step?: { name: string; key: string | null };
  /** A kind of entry such as `documents.put`, a feature such as `documents`, or a kind of document. */
  kind?: string;
  actor?: string;
  /** Only what went wrong. */
  errors?: boolean;
}

/** Whether the filter can only be answered of entries that were read with details. */
export function needsDetails({ step, kind, errors }: EntryFilter): boolean {
  return step !== undefined || kind !== undefined || errors === true;
}

export function isFiltered(filter: EntryFilter): boolean {
  return needsDetails(filter) || filter.actor !== undefined;
}

export function matches({ actor, kind, changes }: Entry, filter: EntryFilter): boolean {
  const ofStep = ({ name, key }: StepRef) =>
    name === filter.step?.name && (filter.step.key === null || key === filter.step.key);
  if (filter.actor !== undefined && actor !== filter.actor) return false;
  if (filter.errors === true && !changes.some(changeFailed)) return false;
  if (filter.step && !changes.some(({ detail }) => detail?.step && ofStep(detail.step))) return false;
  if (filter.kind === undefined || kind === filter.kind || kind.startsWith(`${filter.kind}.`)) return true;
  return changes.some(({ detail }) => detail?.document?.kind === filter.kind);
}
