import { z } from 'zod';
import { idSchema, mutationInput, timeSchema } from './common.ts';
import { type Page, pageInput, pageOf } from './pages.ts';
import { identifierSchema } from './texts.ts';

/** The short name of a project, which also stands in its API keys. */
export const projectSlugSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/, 'must be 1 to 48 of a-z, 0-9 and inner hyphens');

export const projectSchema = z.strictObject({
  id: idSchema,
  slug: projectSlugSchema,
  name: identifierSchema,
  createdAt: timeSchema,
});
/** A tenant: one code base that agents work on. Every row belongs to one. */
export type Project = z.infer<typeof projectSchema>;

export const createProjectInput = z.strictObject({
  ...mutationInput,
  slug: projectSlugSchema,
  name: identifierSchema.optional(),
});
export const getProjectInput = z.strictObject({ slug: projectSlugSchema });
export const listProjectsInput = z.strictObject({ ...pageInput });
export const updateProjectInput = z.strictObject({
  ...mutationInput,
  slug: projectSlugSchema,
  name: identifierSchema,
});
export const projectPageSchema = pageOf(projectSchema);

export interface ProjectsService {
  create(input: z.output<typeof createProjectInput>): Promise<Project>;
  get(input: z.output<typeof getProjectInput>): Promise<Project>;
  list(input: z.output<typeof listProjectsInput>): Promise<Page<Project>>;
  update(input: z.output<typeof updateProjectInput>): Promise<Project>;
}
