import { v7 } from 'uuid';

/** A UUIDv7: in one process each is greater than the one before, so that ids also keep the order of creation. */
export function newId(): string {
  return v7();
}
