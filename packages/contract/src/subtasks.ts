import { z } from 'zod';
import { idSchema, mutationInput, receiptFields } from './common.ts';
import { claimSchema, stepFilterSchema, withText, writtenDocumentSchema } from './documents.ts';
import { pageInput, pageOf } from './pages.ts';
import { identifierSchema } from './texts.ts';

/**
 * The statuses that say that there is nothing left to do. What depends on such a document may begin; a version with
 * one of them ends the claim on its document.
 */
export const FINISHED_STATUSES = ['done', 'dropped'] as const;

export const readyDocumentsInput = z.strictObject({
  ...pageInput,
  ...withText,
  runId: idSchema,
  kind: identifierSchema.optional(),
  /** The step that wrote the head. */
  step: stepFilterSchema.optional(),
});

const leaseSecondsSchema = z.number().min(0.1).max(86_400).default(900);
const leaseRemainingSchema = z.int().min(0).max(2_147_483_647);

export const claimDocumentInput = z.strictObject({
  ...mutationInput,
  runId: idSchema,
  /** Documents of any kind when left out. */
  kind: identifierSchema.optional(),
  /** Who is going to work on it, for others to see. */
  holder: identifierSchema,
  /** How long the holder may be silent before another may take the document over; fractions are allowed. */
  leaseSeconds: leaseSecondsSchema,
});
export const claimedDocumentSchema = z.strictObject({
  ...receiptFields,
  /** The document, and the version that was its head. */
  ...writtenDocumentSchema.shape,
  /** Names the claim when it is renewed, released or written under; the revision at which it was taken. */
  claim: claimSchema,
  holder: identifierSchema,
  leaseRemainingMs: leaseRemainingSchema,
  /** Whose lapsed claim this takes over; null when nobody's. */
  takenOverFrom: identifierSchema.nullable(),
});
export type ClaimedDocument = z.infer<typeof claimedDocumentSchema>;
export const claimDocumentSchema = z.strictObject({
  /** Null when nothing is ready. */
  claimed: claimedDocumentSchema.nullable(),
});
export type ClaimDocument = z.infer<typeof claimDocumentSchema>;

export const listClaimsInput = z.strictObject({
  ...pageInput,
  runId: idSchema,
  kind: identifierSchema.optional(),
});
export const heldClaimSchema = z.strictObject({
  /** The document at its head. */
  ...writtenDocumentSchema.shape,
  /** Names the claim: the revision at which it was taken. */
  claim: claimSchema,
  holder: identifierSchema,
  /** How long the holder may still be silent; 0 once the lease ran out: another may then take the document over. */
  leaseRemainingMs: leaseRemainingSchema,
});
/** Who holds which document. */
export type HeldClaim = z.infer<typeof heldClaimSchema>;
export const claimPageSchema = pageOf(heldClaimSchema);

export const renewClaimInput = z.strictObject({
  ...mutationInput,
  documentId: idSchema,
  claim: claimSchema,
  /** From now on. */
  leaseSeconds: leaseSecondsSchema,
});
export const claimLeaseSchema = z.strictObject({
  documentId: idSchema,
  claim: claimSchema,
  leaseRemainingMs: leaseRemainingSchema,
});
export type ClaimLease = z.infer<typeof claimLeaseSchema>;

export const releaseClaimInput = z.strictObject({
  ...mutationInput,
  documentId: idSchema,
  claim: claimSchema,
});
export const releasedClaimSchema = z.strictObject({
  ...receiptFields,
  documentId: idSchema,
  claim: claimSchema,
});
export type ReleasedClaim = z.infer<typeof releasedClaimSchema>;
