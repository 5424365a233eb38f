import { z } from 'zod';
import { idSchema, versionSchema } from './common.ts';

/** An exact version of a document. */
export const versionRefSchema = z.strictObject({ documentId: idSchema, version: versionSchema });
export type VersionRef = z.infer<typeof versionRefSchema>;

/** How one version came of or needs another, in the words of W3C PROV. */
export const linkRelationSchema = z.enum(['used', 'derived_from', 'depends_on']);
export type LinkRelation = z.infer<typeof linkRelationSchema>;
