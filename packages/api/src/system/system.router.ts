import { healthSchema, statsSchema, storageSchema, versionInfoSchema } from '@stepledger/contract';
import { noInput, procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const systemRouter = router({
  /** Says whether the server and its database are well; load balancers ask `/healthz` and `/readyz` instead. */
  health: procedure({
    summary: 'Say whether server and database are well.',
    access: 'read',
    errors: [],
  })
    .input(noInput)
    .output(healthSchema)
    .query(({ ctx }) => ctx.services.system.health()),

  /** Names the versions of server, API, PostgreSQL and schema. */
  version: procedure({
    summary: 'Name the versions of server, API, PostgreSQL and schema.',
    access: 'read',
    errors: [],
  })
    .input(noInput)
    .output(versionInfoSchema)
    .query(({ ctx }) => ctx.services.system.version()),

  /** Counts what the project holds, up to a number beyond which counting would cost a scan. */
  stats: procedure({
    summary: 'Count what the project holds.',
    access: 'read',
    errors: [],
  })
    .input(noInput)
    .output(statsSchema)
    .query(({ ctx }) => ctx.services.system.stats()),

  /** Tells what the database takes on disk, table by table. It is about all projects, so it needs an instance key. */
  storage: procedure({
    summary: 'Tell what the database takes on disk.',
    access: 'instance',
    errors: [],
  })
    .input(noInput)
    .output(storageSchema)
    .query(({ ctx }) => ctx.services.system.storage()),
});
