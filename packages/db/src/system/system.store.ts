import { API_VERSION, type SystemService } from '@stepledger/contract';
import { appliedMigrations } from '../migrator.ts';
import type { StoreContext } from '../store-context.ts';
import { STEPLEDGER_VERSION } from '../version.ts';
import { checkDatabase } from './check-database.ts';
import { readStorage } from './read-storage.ts';

/** Counting stops here: beyond, it would cost a scan of the whole project. */
const MAX_COUNTED = 10_000;

interface Counts {
  runs: number;
  steps: number;
  exchanges: number;
  documents: number;
  prompts: number;
}

/** What is known of the database as a whole, and how much the project holds. */
export function createSystemStore({ connection, scope }: StoreContext): SystemService {
  return {
    health: async () => ({ status: 'ok', database: await checkDatabase(connection) }),

    async version() {
      const [server] = await connection.query<{ server_version: string }>('SHOW server_version', []);
      return {
        stepledger: STEPLEDGER_VERSION,
        api: API_VERSION,
        postgres: server?.server_version ?? '',
        schema: (await appliedMigrations(connection)).at(-1) ?? '',
      };
    },

    async stats() {
      const [counts] = await connection.query<Counts>(
        `SELECT
          ${countUpTo('run')} AS runs,
          ${countUpTo('step')} AS steps,
          ${countUpTo('exchange')} AS exchanges,
          ${countUpTo('document', 'NOT head_deleted')} AS documents,
          ${countUpTo('prompt', 'deleted_at IS NULL')} AS prompts`,
        [scope.projectId],
      );
      if (!counts) throw new Error('A SELECT without FROM answered no row');
      return { ...counts, countedUpTo: MAX_COUNTED };
    },

    storage: () => readStorage(connection),
  };
}

function countUpTo(table: string, condition = 'TRUE'): string {
  return `(SELECT count(*)::int FROM (
    SELECT FROM ${table} WHERE project_id = $1 AND ${condition} LIMIT ${MAX_COUNTED}) counted)`;
}
