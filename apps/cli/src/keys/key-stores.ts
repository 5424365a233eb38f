import type { Access } from '@stepledger/contract';
import { idSchema } from '@stepledger/contract';
import { CliError, usageError } from '../shell/cli-error.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { Shell } from '../shell/shell.ts';
import { withServer } from '../shell/with-server.ts';

export interface NewKey {
  name: string;
  access: Access;
  instance: boolean;
  expiresAt: string | undefined;
}

export interface KnownKey {
  id: string;
  name: string;
  access: Access;
  instance: boolean;
  /** The slug of its project; null for an instance key. */
  project: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
}

/** Where keys are made, listed and ended. */
export interface KeyStore {
  create(key: NewKey): Promise<{ id: string; name: string; access: Access; key: string }>;
  list(): Promise<KnownKey[]>;
  revoke(id: string): Promise<void>;
}

/** The keys of the project that the server is asked for. */
export function openApiKeys({ ledger, config }: Shell): KeyStore {
  return {
    async create({ name, access, instance, expiresAt }) {
      if (instance) throw usageError('Instance keys are made on the database itself', 'Add --direct.');
      return ledger.apiKeys.create({ name, access, ...(expiresAt !== undefined && { expiresAt }) });
    },
    async list() {
      const keys: KnownKey[] = [];
      for await (const { createdAt: _createdAt, ...key } of ledger.apiKeys.list({ includeRevoked: true })) {
        keys.push({ ...key, project: key.instance ? null : (config.project ?? null) });
      }
      return keys;
    },
    async revoke(id) {
      await ledger.apiKeys.revoke({ id });
    },
  };
}

/** Every key of the database, whatever its project, without a server. */
export function openDatabaseKeys(shell: Shell, dataDir: string | undefined): KeyStore {
  type Database = Awaited<ReturnType<typeof import('@stepledger/server').openServerDatabase>>['database'];
  const withDatabase = <Result>(work: (database: Database) => Promise<Result>) =>
    withServer(async ({ createLog, loadEnv, openServerDatabase, toDatabaseOptions, withFlags }) => {
      const variables = withFlags(shell.variables, dataDir === undefined ? {} : { dataDir });
      const opened = await openServerDatabase(toDatabaseOptions(loadEnv(variables)), {
        log: createLog('silent'),
        signal: shell.signal,
      });
      try {
        return await work(opened.database);
      } finally {
        await opened.close();
      }
    });
  return {
    async create({ name, access, instance, expiresAt }) {
      if (expiresAt !== undefined)
        throw usageError('Keys that end by themselves are made through a server', 'Leave out --direct.');
      const project = instance ? null : (shell.config.project ?? 'default');
      return withDatabase((database) => database.createKey({ project, name, access }));
    },
    list: () =>
      withDatabase(async (database) =>
        (await database.listKeys()).map(({ id, name, access, project, expiresAt, revokedAt }) => ({
          id,
          name,
          access,
          instance: project === null,
          project,
          expiresAt,
          revokedAt,
        })),
      ),
    async revoke(id) {
      if (!idSchema.safeParse(id).success)
        throw usageError(`${id} is not the id of a key`, '`stepledger keys list` shows them.');
      const revoked = await withDatabase((database) => database.revokeKey(id));
      if (!revoked) throw new CliError(`No key of the id ${id} is still valid`, { exitCode: EXIT.notFound });
    },
  };
}
