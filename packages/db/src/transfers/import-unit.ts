import { type Imported, LedgerError, type TransfersService } from '@stepledger/contract';
import { insertBlobs } from '../blobs/insert-blobs.ts';
import { toDatabaseFault } from '../pg-errors.ts';
import { mutateOnce, toRequest } from '../requests/requests.ts';
import type { Db, StoreContext } from '../store-context.ts';
import { badLine, badUnit } from './bad-line.ts';
import { importDefinition } from './import-definition.ts';
import { importRun } from './import-run.ts';
import { readBlobLines } from './read-blob-lines.ts';

type Input = Parameters<TransfersService['import']>[0];

/** Who imports says nothing twice by itself, so that only a key that was given is remembered. */
const NO_REQUEST = {
  procedure: 'transfers.import',
  idempotencyKey: undefined,
  keyHash: null,
  inputHash: Buffer.alloc(0),
};

/** Stores the texts, and then the lines that name them, in one transaction. */
export async function importUnit(context: StoreContext, input: Input): Promise<Imported> {
  const { unit, lines } = input;
  await insertBlobs(context.connection, context.scope.projectId, readBlobLines(lines));
  const other = lines.findIndex(({ type }) => type !== 'blob');
  if (unit === undefined && other !== -1) throw badLine(other, '', 'needs `unit`: what it belongs to');
  const work = async (db: Db): Promise<Imported> => {
    if (unit === undefined) return { place: 0, added: 0 };
    if (unit.type === 'run') return importRun(context, { db, unit, lines });
    return importDefinition(context, { db, unit, lines });
  };
  const request = input.idempotencyKey === undefined ? NO_REQUEST : toRequest('transfers.import', input);
  try {
    const imported = await mutateOnce(context, request, work);
    if (unit?.type === 'run') context.announce(unit.id);
    return imported;
  } catch (error) {
    throw toRefusal(error);
  }
}

/** A file that breaks a rule of the tables is the caller's: all that it writes is its own. */
function toRefusal(error: unknown): unknown {
  if (error instanceof LedgerError) return error;
  const fault = toDatabaseFault(error);
  if (!fault || !/^2[23]/.test(fault.code)) return error;
  const rule = fault.constraint === '' ? fault.code : fault.constraint;
  return Object.assign(badUnit('id', `has lines that break the rule ${rule} of the ledger`), {
    cause: error,
  });
}
