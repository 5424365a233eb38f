import { z } from 'zod';
import { identifierSchema, keySchema } from './texts.ts';

/** An instant as ISO 8601 in UTC with at most milliseconds, since what is finer would not come back. */
export const timeSchema = z.iso
  .datetime()
  .refine((time) => !time.startsWith('0000'), 'must be of the year 1 or later')
  .refine((time) => !/\.\d{4}/.test(time), 'must not be finer than milliseconds');
export const idSchema = z.uuid();
export const versionSchema = z.int().min(1).max(2_147_483_647);
/** A number of a run's ledger: 1, 2, 3, ... without gap. */
export const revisionSchema = z.int().min(1).max(2_147_483_647);
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

/** The fields that every mutation takes. */
export const mutationInput = {
  /**
   * Makes a retry safe: the same key with the same input is one change and the same answer, however often
   * it is sent. The client sets it by itself.
   */
  idempotencyKey: identifierSchema.optional(),
};

/** The version that the caller saw last; the call is refused with VERSION_CONFLICT when it is no longer the head. */
export const expectedVersionSchema = z.int().min(0).max(2_147_483_647).optional();

/** A step of a run by its name and key; it is made by the first write that names it. */
export const stepRefSchema = z.strictObject({
  name: identifierSchema,
  /** Tells the turns of a loop apart. */
  key: keySchema.default(''),
});
export type StepRef = z.infer<typeof stepRefSchema>;

export const stepNameFields = { id: idSchema, name: identifierSchema, key: keySchema };

/** Where a write stands in its run's ledger. */
export const receiptFields = { runId: idSchema, revision: revisionSchema, at: timeSchema };
export const receiptSchema = z.strictObject(receiptFields);
export type Receipt = z.infer<typeof receiptSchema>;
