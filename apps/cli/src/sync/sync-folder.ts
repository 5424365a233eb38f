import { type Action, isChange } from './pass/actions.ts';
import { type SyncInput, syncPass } from './pass/sync-pass.ts';

/** Passes after which a folder that others keep writing into is left to the next sync. */
const MAX_PASSES = 5;

/**
 * Brings the documents of a run and a folder of Markdown files together, until neither has what the other lacks.
 *
 * Answers what was done and what waits for a person, in the order of the paths.
 */
export async function syncFolder(input: SyncInput): Promise<Action[]> {
  const done: Action[] = [];
  for (let pass = 1; ; pass += 1) {
    const { actions, unsettled } = await syncPass(input);
    done.push(...actions.filter(isChange));
    if (unsettled.length > 0 && pass < MAX_PASSES && !input.options.dryRun) continue;
    const rest = actions.filter((action) => !isChange(action));
    return [...done, ...rest, ...unsettled.map(toChanging)].sort(byPath);
  }
}

function toChanging(path: string): Action {
  const reason = 'somebody keeps writing to it; sync again';
  return { action: 'changing', path, kind: null, key: null, documentId: null, version: null, reason };
}

function byPath(one: Action, other: Action): number {
  const [left, right] = [one.path ?? '', other.path ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
