import { LedgerError, type Project, type ProjectsService } from '@stepledger/contract';
import { fromCursor, toCursor, toPage } from '../cursors.ts';
import { newId } from '../ids.ts';
import { mutateOnce, toRequest } from '../requests/requests.ts';
import type { Db, StoreContext } from '../store-context.ts';
import { toTime } from '../time.ts';

/**
 * Makes, reads and renames projects.
 *
 * The one store whose rows are not confined to the scope's project: who may see which project is decided by the API.
 */
export function createProjectsStore(context: StoreContext): ProjectsService {
  return {
    create: (input) =>
      mutateOnce(context, toRequest('projects.create', input), async (db) => {
        const made = await insertProject(db, { slug: input.slug, name: input.name ?? input.slug });
        if (!made) throw new LedgerError('ALREADY_EXISTS', { type: 'project', id: input.slug });
        return made;
      }),

    async get({ slug }) {
      return (await findProject(context.db, slug)) ?? notFound(slug);
    },

    async list({ cursor, limit }) {
      const [after] = fromCursor('projects', ['string'], cursor) ?? [];
      let query = context.db
        .selectFrom('Project')
        .selectAll()
        .orderBy('slug')
        .limit(limit + 1);
      if (after !== undefined) query = query.where('slug', '>', String(after));
      return toPage(await query.execute(), limit, {
        toItem: toProject,
        toCursor: ({ slug }) => toCursor('projects', [slug]),
      });
    },

    update: (input) =>
      mutateOnce(context, toRequest('projects.update', input), async (db) => {
        const row = await db
          .updateTable('Project')
          .set({ name: input.name })
          .where('slug', '=', input.slug)
          .returningAll()
          .executeTakeFirst();
        return row ? toProject(row) : notFound(input.slug);
      }),
  };
}

/** Makes a project; null when the slug is taken. */
export async function insertProject(db: Db, names: { slug: string; name: string }): Promise<Project | null> {
  const row = await db
    .insertInto('Project')
    .values({ id: newId(), ...names, createdAt: new Date() })
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .returningAll()
    .executeTakeFirst();
  return row ? toProject(row) : null;
}

export async function findProject(db: Db, slug: string): Promise<Project | null> {
  const row = await db.selectFrom('Project').selectAll().where('slug', '=', slug).executeTakeFirst();
  return row ? toProject(row) : null;
}

function notFound(slug: string): never {
  throw new LedgerError('NOT_FOUND', { type: 'project', id: slug });
}

function toProject(row: { id: string; slug: string; name: string; createdAt: Date }): Project {
  return { id: row.id, slug: row.slug, name: row.name, createdAt: toTime(row.createdAt) };
}
