import { z } from 'zod';
import { timeSchema } from './common.ts';

export const millisecondsSchema = z.int().min(0).max(2_147_483_647);

/** When something was sent, and how long its answer took. */
export const timingFields = {
  /** When the caller sent the request, by its own clock. */
  startedAt: timeSchema.optional(),
  firstByteMs: millisecondsSchema.optional(),
  totalMs: millisecondsSchema.optional(),
};

/** The same as they are read back. */
export const storedTimingFields = {
  startedAt: timeSchema.nullable(),
  firstByteMs: millisecondsSchema.nullable(),
  totalMs: millisecondsSchema.nullable(),
};
