import type { RecordingFailure, RunStatus } from '@stepledger/client';
import { visibleJson, visibleLine } from '../output/visible.ts';
import type { Shell } from '../shell/shell.ts';
import type { RecordingSummary } from './recordings.ts';

/** What became of a recorded program. */
export interface Ended extends RecordingSummary {
  exitCode: number;
  /** Why the program could not be started, such as ENOENT; null when it ran. */
  notStarted: string | null;
  /** How the run was ended; null when it stays as it was. */
  status: RunStatus | null;
}

export interface Report {
  ended: Ended;
  /** Faults of ours that a call ran into. */
  faults: readonly unknown[];
  spool: string;
}

/** More failures than these are counted only. */
const MAX_TOLD = 5;

/** Says on standard error what was recorded; what is not stored also under --quiet. */
export function report({ out }: Pick<Shell, 'out'>, { ended, faults, spool }: Report): void {
  for (const fault of faults.slice(0, MAX_TOLD)) {
    out.warn(
      `fault of Stepledger: ${visibleLine(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault))}`,
    );
  }
  if (out.json) {
    out.warn(visibleJson(JSON.stringify(ended)));
    return;
  }
  const { run, exchanges, status, inFlight, spooled, failures } = ended;
  const ending = status === null ? '' : `, which is ${status}`;
  out.say(`recorded ${count(exchanges, 'exchange')} into run ${visibleLine(run.key)}${ending}`);
  if (spooled > 0) {
    out.warn(
      `${count(spooled, 'call')} of the ledger waiting in ${visibleLine(spool)}: the next \`stepledger record\` in this directory delivers them`,
    );
  }
  if (inFlight > 0) out.warn(`${count(inFlight, 'exchange')} not stored to the end: there was no time left`);
  for (const failure of failures.slice(0, MAX_TOLD)) out.warn(renderFailure(failure));
  if (failures.length > MAX_TOLD) out.warn(`... and ${failures.length - MAX_TOLD} more`);
}

/** A line on what could not be stored. */
export function renderFailure({ path, reason }: RecordingFailure): string {
  return `not stored: ${path}: ${visibleLine(reason)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
