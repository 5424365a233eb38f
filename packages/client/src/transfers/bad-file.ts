import { ledgerError } from '../errors/client-errors.ts';
import type { StepledgerError } from '../errors/stepledger-error.ts';

/** Refuses a file by the number of a line, counted from 1. */
export function badFile(number: number, reason: string, field = ''): StepledgerError<'BAD_INPUT'> {
  const path = `line ${number}${field === '' ? '' : `, ${field},`}`;
  return ledgerError('BAD_INPUT', { issues: [{ path, reason }] });
}
