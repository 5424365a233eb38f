import type { Change } from '@stepledger/contract';

/** Whether this change says that something went wrong; of a whole exchange only its detail says it. */
export function changeFailed({ what, change, detail }: Change): boolean {
  if (what === 'run' || what === 'step') return change === 'fail';
  if (what === 'parse') return change === 'failed';
  if (what !== 'exchange') return false;
  return change === 'fail' || (change === 'record' && detail?.status === 'failed');
}

/** What a change did, in a word or a few: `saved`, `taken over`. */
export function changeWord(change: Change): string {
  if (change.what === 'exchange' && changeFailed(change)) return 'failed';
  return WORDS[change.what]?.[change.change] ?? change.change.replaceAll('_', ' ');
}

/** Where the ledger's own word for a change is not the one that people use. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  run: {
    start: 'started',
    update: 'updated',
    complete: 'completed',
    fail: 'failed',
    cancel: 'cancelled',
    resume: 'taken up again',
    fork: 'forked',
  },
  step: { start: 'started', complete: 'completed', fail: 'failed' },
  exchange: {
    open: 'opened',
    record: 'recorded',
    complete: 'completed',
    fail: 'failed',
    purge: 'purged',
  },
  parse: { completed: 'succeeded', failed: 'failed' },
  document: {
    create: 'created',
    text: 'saved',
    attributes: 'relabelled',
    restore: 'restored',
    delete: 'deleted',
    purge: 'purged',
  },
  link: { add: 'linked', remove: 'unlinked', accept: 'accepted' },
  claim: { claim: 'claimed', take_over: 'taken over', release: 'released' },
};
