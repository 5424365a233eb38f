import { z } from 'zod';
import { blobIdSchema } from './blobs.ts';
import { idSchema, mutationInput } from './common.ts';
import { LIMITS } from './limits.ts';
import { cursorSchema, type Page, pageOf } from './pages.ts';
import { identifierSchema } from './texts.ts';
import { blobLineSchema, rowLineSchema, type UnitLine, unitLineSchema } from './transfer-lines.ts';

const unitTypeSchema = z.enum(['workflow', 'prompt', 'run']);
export type UnitType = z.infer<typeof unitTypeSchema>;

const placeSchema = z.int().min(0).max(2_147_483_647);

export const transferUnitsInput = z.strictObject({
  type: unitTypeSchema,
  /** Only that of this name, or the run of this key: NOT_FOUND when there is none. */
  name: identifierSchema.optional(),
  cursor: cursorSchema.optional(),
  /** A run is looked through for the prompts that it names, so that a page is small. */
  limit: z.int().min(1).max(LIMITS.maxTransferUnits).default(LIMITS.maxTransferUnits),
});
export const transferUnitPageSchema = pageOf(unitLineSchema);

export const exportInput = z.strictObject({
  type: unitTypeSchema,
  unitId: idSchema,
  /** The last revision of a run, or version of a prompt or workflow, that is known already. */
  after: placeSchema.default(0),
  /** The last one that is wanted, which makes what is exported one state of a run that goes on meanwhile. */
  until: placeSchema,
});
export const exportedSchema = z.strictObject({
  lines: z.array(rowLineSchema),
  /** Where the next page begins; null at the end. */
  next: placeSchema.nullable(),
});
export type Exported = z.infer<typeof exportedSchema>;

export const transferBlobsInput = z.strictObject({ ids: z.array(blobIdSchema).min(1).max(1000) });
export const transferBlobsSchema = z.strictObject({
  /** The first of those that were asked for, as many as fit an answer. */
  blobs: z.array(blobLineSchema),
  /** Those of them that are too large for one: `GET /raw/{blob}` has them. */
  large: z.array(blobIdSchema),
});
export type TransferBlobs = z.infer<typeof transferBlobsSchema>;

export const inspectTransferInput = z.strictObject({ unit: unitLineSchema });
export const inspectedTransferSchema = z.strictObject({
  /**
   * `absent`: nothing stands in the way. `present`: it is here already, up to `place`, as far as its head tells.
   * `conflict`: another has its name, or the same one has other content.
   */
  found: z.enum(['absent', 'present', 'conflict']),
  /** What it is called here: of one that was renamed when it came. */
  name: identifierSchema,
  /** The newest revision or version that is here; 0 when it is absent. */
  place: placeSchema,
  /** Whether another name would help. */
  renamable: z.boolean(),
});
export type InspectedTransfer = z.infer<typeof inspectedTransferSchema>;

export const importInput = z.strictObject({
  ...mutationInput,
  /** What the lines belong to. Only blobs may come without one. */
  unit: unitLineSchema.optional(),
  /**
   * The lines in the order of the file. What belongs to a revision ends with its entry; blobs, messages and attempts may
   * come before the rest of it.
   */
  lines: z.array(rowLineSchema).max(LIMITS.maxTransferLines),
});
export const importedSchema = z.strictObject({
  /** The newest revision or version that is here now; 0 without a unit. */
  place: placeSchema,
  /** Revisions or versions that were not here before. */
  added: placeSchema,
});
export type Imported = z.infer<typeof importedSchema>;

export interface TransfersService {
  units(input: z.output<typeof transferUnitsInput>): Promise<Page<UnitLine>>;
  export(input: z.output<typeof exportInput>): Promise<Exported>;
  blobs(input: z.output<typeof transferBlobsInput>): Promise<TransferBlobs>;
  inspect(input: z.output<typeof inspectTransferInput>): Promise<InspectedTransfer>;
  import(input: z.output<typeof importInput>): Promise<Imported>;
}
