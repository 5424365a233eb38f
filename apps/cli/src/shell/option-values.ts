import { InvalidArgumentError } from 'commander';

/** Reads an option's number: from 1 on, whole. */
export function toCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return Number(text);
}

/** Reads an option's time as the API takes it. */
export function toInstant(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('It must be a time such as 2026-11-27T10:00:00Z.');
  }
  return time.toISOString();
}
