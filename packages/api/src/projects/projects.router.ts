import {
  createProjectInput,
  getProjectInput,
  LedgerError,
  listProjectsInput,
  type Page,
  type Project,
  projectPageSchema,
  projectSchema,
  updateProjectInput,
} from '@stepledger/contract';
import type { Caller, GuardedContext } from '../context.ts';
import { procedure } from '../procedure.ts';
import { router } from '../trpc.ts';

export const projectsRouter = router({
  /**
   * Makes a project: the tenant that every row belongs to.
   *
   * Needs an instance key, or loopback without one. Refuses with ALREADY_EXISTS when the slug is taken. A retry
   * with the same idempotency key is safe.
   */
  create: procedure({
    summary: 'Make a project.',
    access: 'instance',
    acrossProjects: true,
    errors: ['ALREADY_EXISTS'],
  })
    .input(createProjectInput)
    .output(projectSchema)
    .mutation(({ ctx, input }) => ctx.services.projects.create(input)),

  /**
   * Reads one project by its slug.
   *
   * Answers NOT_FOUND when there is none; to a project key, every other project is NOT_FOUND.
   */
  get: procedure({
    summary: 'Read a project by its slug.',
    access: 'read',
    acrossProjects: true,
    errors: ['NOT_FOUND'],
  })
    .input(getProjectInput)
    .output(projectSchema)
    .query(({ ctx, input }) => ctx.services.projects.get(visibleTo(ctx.caller, input))),

  /** Lists the projects that the caller may see: all with an instance key, its own with a project key. */
  list: procedure({
    summary: 'List the projects that the caller may see.',
    access: 'read',
    acrossProjects: true,
    errors: [],
  })
    .input(listProjectsInput)
    .output(projectPageSchema)
    .query(({ ctx, input }) =>
      ctx.caller.instance ? ctx.services.projects.list(input) : ownProjectPage(ctx),
    ),

  /**
   * Renames a project; its slug stays, because API keys carry it.
   *
   * Answers NOT_FOUND when there is none; to a project key, every other project is NOT_FOUND. A retry is safe.
   */
  update: procedure({
    summary: 'Rename a project.',
    access: 'admin',
    acrossProjects: true,
    errors: ['NOT_FOUND'],
  })
    .input(updateProjectInput)
    .output(projectSchema)
    .mutation(({ ctx, input }) => ctx.services.projects.update(visibleTo(ctx.caller, input))),
});

/** Hides every project but its own from a project key. */
function visibleTo<Input extends { slug: string }>(caller: Caller, input: Input): Input {
  if (caller.instance || input.slug === caller.project.slug) return input;
  throw new LedgerError('NOT_FOUND', { type: 'project', id: input.slug });
}

async function ownProjectPage({ caller, services }: GuardedContext): Promise<Page<Project>> {
  return { items: [await services.projects.get({ slug: caller.project.slug })], nextCursor: null };
}
