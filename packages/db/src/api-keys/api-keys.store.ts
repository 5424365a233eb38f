import { randomUUID } from 'node:crypto';
import { type Access, type ApiKey, type ApiKeysService, LedgerError } from '@stepledger/contract';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { newId } from '../ids.ts';
import { mutateOnce, toRequest } from '../requests/requests.ts';
import type { StoreContext } from '../store-context.ts';
import { toTime, toTimeOrNull } from '../time.ts';
import { forgetKeys } from './authenticate.ts';
import { createKeyText, hashKeyText } from './key-text.ts';
import { seal, unseal } from './sealed.ts';

/** The keys of the scope's project. Instance keys are made by `Database.createKey`. */
export function createApiKeysStore(context: StoreContext): ApiKeysService {
  const { projectId } = context.scope;
  return {
    async create(input) {
      // Without an idempotency key nothing is stored; one that nobody knows then seals the way through `mutateOnce`.
      const sealingKey = input.idempotencyKey ?? randomUUID();
      const { sealed, ...known } = await mutateOnce(
        context,
        toRequest('apiKeys.create', input),
        async (db) => {
          const project = await db
            .selectFrom('Project')
            .select('slug')
            .where('id', '=', projectId)
            .executeTakeFirst();
          if (!project) throw new LedgerError('NOT_FOUND', { type: 'project', id: projectId });
          const key = createKeyText(project.slug);
          const row = await db
            .insertInto('ApiKey')
            .values({
              id: newId(),
              projectId,
              name: input.name,
              hash: hashKeyText(key),
              access: input.access,
              createdAt: new Date(),
              expiresAt: input.expiresAt === undefined ? null : new Date(input.expiresAt),
              revokedAt: null,
            })
            .returning(COLUMNS)
            .executeTakeFirstOrThrow();
          return { ...toApiKey(row), sealed: seal(key, sealingKey) };
        },
      );
      return { ...known, key: unseal(sealed, sealingKey) };
    },

    async get({ id }) {
      const row = await context.db
        .selectFrom('ApiKey')
        .select(COLUMNS)
        .where('projectId', '=', projectId)
        .where('id', '=', id)
        .executeTakeFirst();
      return row ? toApiKey(row) : notFound(id);
    },

    async list({ cursor, limit, includeRevoked }) {
      const [after] = fromCursor('apiKeys', ['uuid'], cursor) ?? [];
      let query = context.db
        .selectFrom('ApiKey')
        .select(COLUMNS)
        .where('projectId', '=', projectId)
        .orderBy('id')
        .limit(limit + 1);
      if (!includeRevoked) query = query.where('revokedAt', 'is', null);
      if (after !== undefined) query = query.where('id', '>', String(after));
      return toPage(await query.execute(), limit, {
        toItem: toApiKey,
        toCursor: ({ id }) => toCursor('apiKeys', [id]),
      });
    },

    async update(input) {
      const renamed = await mutateOnce(context, toRequest('apiKeys.update', input), async (db) => {
        const row = await db
          .updateTable('ApiKey')
          .set({ name: input.name })
          .where('projectId', '=', projectId)
          .where('id', '=', input.id)
          .returning(COLUMNS)
          .executeTakeFirst();
        return row ? toApiKey(row) : notFound(input.id);
      });
      forgetKeys(context.connection);
      return renamed;
    },

    async revoke(input) {
      const revoked = await mutateOnce(context, toRequest('apiKeys.revoke', input), async (db) => {
        const row = await db
          .updateTable('ApiKey')
          .set((expression) => ({
            revokedAt: expression.fn.coalesce('revokedAt', expression.val(new Date())),
          }))
          .where('projectId', '=', projectId)
          .where('id', '=', input.id)
          .returning(COLUMNS)
          .executeTakeFirst();
        return row ? toApiKey(row) : notFound(input.id);
      });
      forgetKeys(context.connection);
      return revoked;
    },
  };
}

const COLUMNS = ['id', 'projectId', 'name', 'access', 'createdAt', 'expiresAt', 'revokedAt'] as const;

interface KeyRow {
  id: string;
  projectId: string | null;
  name: string;
  access: Access;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export function toApiKey(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    access: row.access,
    instance: row.projectId === null,
    createdAt: toTime(row.createdAt),
    expiresAt: toTimeOrNull(row.expiresAt),
    revokedAt: toTimeOrNull(row.revokedAt),
  };
}

function notFound(id: string): never {
  throw new LedgerError('NOT_FOUND', { type: 'api key', id });
}
