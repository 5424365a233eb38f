import { z } from 'zod';
import { asOfInput } from './as-of.ts';
import { idSchema, mutationInput, receiptFields, revisionSchema, versionSchema } from './common.ts';
import type { LineageService } from './lineage.ts';
import { type Page, pageInput, pageOf } from './pages.ts';
import { linkRelationSchema, versionRefSchema } from './version-refs.ts';

export const linkSchema = z.strictObject({
  from: versionRefSchema,
  relation: linkRelationSchema,
  to: versionRefSchema,
  /** When it was added, in the ledger of the run of `from`. */
  revision: revisionSchema,
  removedRevision: revisionSchema.nullable(),
});
/** Lineage between two exact versions. */
export type Link = z.infer<typeof linkSchema>;

const linkTarget = { from: versionRefSchema, relation: linkRelationSchema, to: versionRefSchema };
export const addLinkInput = z.strictObject({ ...mutationInput, ...linkTarget });
export const removeLinkInput = z.strictObject({ ...mutationInput, ...linkTarget });
export const changedLinkSchema = z.strictObject({ ...receiptFields, ...linkTarget });
export type ChangedLink = z.infer<typeof changedLinkSchema>;

export const listLinksInput = z.strictObject({
  ...pageInput,
  documentId: idSchema,
  /** All versions when left out. */
  version: versionSchema.optional(),
  /** `from`: what the document builds on. `to`: what builds on it. */
  direction: z.enum(['from', 'to']).default('from'),
  includeRemoved: z.boolean().default(false),
  /** Of the ledger of the document's run: links that documents of other runs have to it are then left out. */
  ...asOfInput,
});
export const linkPageSchema = pageOf(linkSchema);

export interface LinksService extends LineageService {
  add(input: z.output<typeof addLinkInput>): Promise<ChangedLink>;
  remove(input: z.output<typeof removeLinkInput>): Promise<ChangedLink>;
  list(input: z.output<typeof listLinksInput>): Promise<Page<Link>>;
}
