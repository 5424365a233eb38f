import { LedgerError } from '@stepledger/contract';

/** Refuses a line by its place in the call, which whoever reads the file turns into its number there. */
export function badLine(index: number, field: string, reason: string): LedgerError<'BAD_INPUT'> {
  const path = `lines[${index}]${field === '' ? '' : `.${field}`}`;
  return new LedgerError('BAD_INPUT', { issues: [{ path, reason }] });
}

/** Refuses what is said of the unit itself. */
export function badUnit(field: string, reason: string): LedgerError<'BAD_INPUT'> {
  return new LedgerError('BAD_INPUT', { issues: [{ path: `unit.${field}`, reason }] });
}
