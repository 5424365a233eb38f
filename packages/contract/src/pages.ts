import { z } from 'zod';
import { LIMITS } from './limits.ts';

/** Where a list goes on: opaque, and good only for the same list with the same filters. */
export const cursorSchema = z.string().min(1).max(1000);

/** The fields that every list takes. */
export const pageInput = {
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(LIMITS.maxPageSize).default(100),
};

/**
 * Which end of a list is read first: by when its items came to be, whatever was done to them since.
 *
 * `documents.byStep` alone goes by when its documents were last written, so that its order moves.
 */
export const listOrderSchema = z.enum(['oldest', 'newest']);
export type ListOrder = z.infer<typeof listOrderSchema>;

/** The field of lists that can be read from either end. */
export const orderInput = { order: listOrderSchema.default('oldest') };

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    /** Null at the end. */
    nextCursor: cursorSchema.nullable(),
  });
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}
