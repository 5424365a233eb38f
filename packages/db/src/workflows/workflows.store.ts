import {
  type JsonObject,
  LedgerError,
  type Workflow,
  type WorkflowStep,
  type WorkflowsService,
} from '@stepledger/contract';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { fromExactJsonOrNull } from '../exact-json.ts';
import { mutateOnce, toRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime } from '../time.ts';
import { defineWorkflow } from './workflows.define.ts';

interface WorkflowRow {
  id: string;
  name: string;
  version: number;
  steps: WorkflowStep[];
  note: string | null;
  metadata: JsonObject;
  at: Date;
}

const SELECT_WORKFLOW = `SELECT w.id, w.name, v.version, v.steps, v.note, v.metadata, v.at
  FROM workflow w JOIN workflow_version v ON v.project_id = w.project_id AND v.workflow_id = w.id`;

/** Named definitions with immutable versions. */
export function createWorkflowsStore(context: StoreContext): WorkflowsService {
  const { connection, scope } = context;
  return {
    define: (input) =>
      mutateOnce(context, toRequest('workflows.define', input), (db) =>
        defineWorkflow(db, scope.projectId, input),
      ),

    async get({ name, version }) {
      const [row] = await connection.query<WorkflowRow>(
        `${SELECT_WORKFLOW} AND v.version = coalesce($3, w.head_version)
        WHERE w.project_id = $1 AND w.name = $2`,
        [scope.projectId, name, version ?? null],
      );
      return row ? toWorkflow(row) : notFound(name, version);
    },

    /** The newest versions, by name. */
    async list({ cursor, limit }) {
      const [after = ''] = fromCursor('workflows', ['string'], cursor) ?? [];
      const rows = await connection.query<WorkflowRow>(
        `${SELECT_WORKFLOW} AND v.version = w.head_version
        WHERE w.project_id = $1 AND w.name > $2 ORDER BY w.name LIMIT $3`,
        [scope.projectId, after, limit + 1],
      );
      return toPage(rows, limit, {
        toItem: toWorkflow,
        toCursor: ({ name }) => toCursor('workflows', [name]),
      });
    },

    /** Oldest first. */
    async history({ name, cursor, limit }) {
      const [after = 0] = fromCursor('workflow versions', ['number'], cursor) ?? [];
      const rows = await connection.query<WorkflowRow>(
        `${SELECT_WORKFLOW} AND v.version > $3
        WHERE w.project_id = $1 AND w.name = $2 ORDER BY v.version LIMIT $4`,
        [scope.projectId, name, after, limit + 1],
      );
      if (rows.length === 0 && cursor === undefined) notFound(name);
      return toPage(rows, limit, {
        toItem: toWorkflow,
        toCursor: ({ version }) => toCursor('workflow versions', [version]),
      });
    },
  };
}

function toWorkflow(row: WorkflowRow): Workflow {
  const { id, name, version, steps, metadata } = row;
  return {
    id,
    name,
    version,
    steps,
    note: fromExactJsonOrNull<string>(row.note),
    metadata,
    createdAt: toTime(row.at),
  };
}

function notFound(name: string, version?: number): never {
  if (version === undefined) throw new LedgerError('NOT_FOUND', { type: 'workflow', id: name });
  throw new LedgerError('NOT_FOUND', { type: 'workflow version', id: `${name}@${version}` });
}
