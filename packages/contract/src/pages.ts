import { z } from 'zod';
import { LIMITS } from './limits.ts';

/** Where a list goes on: opaque, and good only for the same list with the same filters. */
export const cursorSchema = z.string().min(1).max(1000);

/** The fields that every list takes. */
export const pageInput = {
  cursor: cursorSchema.optional(),
  limit: z.int().min(1).max(LIMITS.maxPageSize).default(100),
};

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
