import type { Sql } from '../connection.ts';
import { Statement } from '../ledger/statement.ts';
import { isRace } from '../requests/requests.ts';
import type { NewBlob } from './stored-blob.ts';
import { toBlobRows, writeBlobs } from './write-blobs.ts';

/** Turns before blobs are given up whose chunks are collected each time; none is the rule. */
const MAX_TURNS = 8;

/** Stores blobs that nothing refers to yet, by one statement. @param blobs in the order of their keys. */
export async function insertBlobs(sql: Sql, projectId: string, blobs: readonly NewBlob[]): Promise<void> {
  if (blobs.length === 0) return;
  const statement = new Statement();
  const project = statement.bind(projectId, 'uuid');
  writeBlobs({ statement, project }, toBlobRows(blobs), '(SELECT) always');
  const text = statement.text('SELECT 1');
  for (let turn = 1; ; turn++) {
    try {
      await sql.query(text, statement.values);
      return;
    } catch (error) {
      if (turn >= MAX_TURNS || !isRace(error)) throw error;
    }
  }
}
