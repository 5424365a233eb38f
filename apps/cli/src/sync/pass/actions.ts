/** What a sync did, or would do, with one document or file. */
export interface Action {
  action: ActionName;
  /** Relative to the folder that is synced; null where there is no file. */
  path: string | null;
  kind: string | null;
  key: string | null;
  documentId: string | null;
  /** The version that the file names afterwards, or that stands in the run. */
  version: number | null;
  /** Why, where it is not plain. */
  reason: string | null;
}

/** Every action, and what it says to people. */
export const ACTIONS = {
  /** The file was written from the run. */
  pull: 'pulled',
  /** A new file became a document. */
  create: 'created',
  /** The file became the document's next version. */
  push: 'pushed',
  /** Both had changed, each elsewhere: joined on both sides. */
  merge: 'merged',
  /** Text and attributes were the same already; the file now names the version. */
  adopt: 'adopted',
  'delete-document': 'deleted in the run',
  'delete-file': 'file deleted',
  'removed-here': 'removed here',
  'removed-there': 'deleted in the run',
  /** A document or a file that the layout has no place for. */
  'no-place': 'no place',
  /** Both sides stay until a person has decided. */
  conflict: 'CONFLICT',
  /** Left alone, since it cannot be synced as it is. */
  refused: 'REFUSED',
  /** Somebody kept writing to it; the next sync takes it. */
  changing: 'CHANGING',
} as const;
export type ActionName = keyof typeof ACTIONS;

/** Whether a person has to look at it: the process then exits with 1. */
export function needsPerson({ action }: Action): boolean {
  return action === 'conflict' || action === 'refused' || action === 'changing';
}

/** Whether something was changed by it. */
export function isChange({ action }: Action): boolean {
  return !['removed-here', 'removed-there', 'no-place', 'conflict', 'refused', 'changing'].includes(action);
}
