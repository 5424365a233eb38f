import { LIMITS, storedTextBytes } from '@stepledger/contract';
import { ledgerError } from '../errors/client-errors.ts';
import type { BlobTransport } from './blob-transport.ts';
import { type BodySlot, findBodies } from './body-fields.ts';
import { encodeText, fromBase64, jsonBytes, toBase64 } from './encoding.ts';

/** From which encoded sizes on bodies travel beside the call, and calls apart from batches. */
export interface InlineLimits {
  /** A text or body that takes more inside JSON goes by itself. */
  maxBodyBytes: number;
  /** A whole call; beyond it the largest bodies go by themselves until the rest fits. */
  maxCallBytes: number;
  /** A call that takes more is not batched, so that any batch stays below the server's limit. */
  maxBatchedBytes: number;
}

export const HTTP_LIMITS: InlineLimits = {
  maxBodyBytes: 1_000_000,
  // The rest of the 20 MB is for what tRPC puts around a call.
  maxCallBytes: LIMITS.maxBodyBytes - 1_000_000,
  // 20 of these in one batch are 18 MB of 20.
  maxBatchedBytes: 900_000,
};

/** In one process nothing is encoded, so nothing needs to go by itself but bytes, which JSON cannot hold. */
export const LOCAL_LIMITS: InlineLimits = {
  maxBodyBytes: Number.POSITIVE_INFINITY,
  maxCallBytes: Number.POSITIVE_INFINITY,
  maxBatchedBytes: Number.POSITIVE_INFINITY,
};

export interface MovedCall {
  input: unknown;
  /** Whether the call is too large to share a batch. */
  large: boolean;
}

/** A string below this many code units takes less than `bytes` in UTF-8, whatever it holds. */
const surelyBelow = (units: number, bytes: number) => units * 3 <= bytes;

/**
 * Makes an input small enough for JSON: stores its large bodies first and names them as `{ blob }`.
 *
 * Storing again what is stored already changes nothing, so a retry is safe. Throws BAD_INPUT, before anything is
 * stored, for a body that is too large: the server, which gets it by itself, could not name its field.
 */
export async function moveBodies(
  call: { path: string; input: unknown },
  limits: InlineLimits,
  put: (body: Parameters<BlobTransport['put']>[0]) => ReturnType<BlobTransport['put']>,
): Promise<MovedCall> {
  const { copy, slots } = findBodies(call.path, call.input);
  checkSizes(slots);
  // The body of an attempt is often that of its exchange too, and then sent once.
  const sent = new Map<unknown, { blob: string }>();
  const move = async (slot: BodySlot) => {
    const { value } = slot;
    const blob = sent.get(value) ?? { blob: (await put(bodyOf(value))).id };
    sent.set(value, blob);
    slot.replace(blob);
  };

  for (const slot of slots) {
    if (mustMove(slot.value, limits)) await move(slot);
    else if (slot.value instanceof Uint8Array) slot.replace({ base64: toBase64(slot.value) });
  }
  if (limits.maxCallBytes === Number.POSITIVE_INFINITY) return { input: copy, large: false };

  const units = stringify(copy).length;
  if (surelyBelow(units, limits.maxBatchedBytes)) return { input: copy, large: false };
  let bytes = jsonBytes(copy);
  if (bytes > limits.maxCallBytes) {
    const bySize = slots
      .filter(({ value }) => isMovable(value))
      .map((slot) => ({ slot, bytes: jsonBytes(slot.value) }))
      .sort((a, b) => b.bytes - a.bytes);
    for (const largest of bySize) {
      if (bytes <= limits.maxCallBytes) break;
      await move(largest.slot);
      bytes -= largest.bytes - jsonBytes(largest.slot.value);
    }
  }
  return { input: copy, large: bytes > limits.maxBatchedBytes };
}

function checkSizes(slots: readonly BodySlot[]): void {
  const issues = slots
    .filter(({ value }) => storedBytes(value) > LIMITS.maxTextBytes)
    .map(({ path }) => ({ path, reason: `must be at most ${LIMITS.maxTextBytes} bytes when stored` }));
  if (issues.length > 0) throw ledgerError('BAD_INPUT', { issues });
}

/** 0 where it cannot be too much. */
function storedBytes(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'string' || surelyBelow(value.length, LIMITS.maxTextBytes)) return 0;
  return storedTextBytes(value);
}

function mustMove(value: unknown, { maxBodyBytes }: InlineLimits): boolean {
  if (value instanceof Uint8Array) {
    return value.length > LIMITS.maxBase64Bytes || Math.ceil(value.length / 3) * 4 + 2 > maxBodyBytes;
  }
  const text = isBase64(value) ? value.base64 : value;
  if (typeof text !== 'string' || text.length * 6 + 2 <= maxBodyBytes) return false;
  return jsonBytes(text) > maxBodyBytes;
}

function isMovable(value: unknown): boolean {
  return typeof value === 'string' || isBase64(value);
}

function bodyOf(value: unknown): Parameters<BlobTransport['put']>[0] {
  if (value instanceof Uint8Array) return { encoding: 'binary', bytes: value };
  if (isBase64(value)) return { encoding: 'binary', bytes: decodeBase64(value.base64) };
  return encodeText(String(value));
}

function decodeBase64(base64: string): Uint8Array {
  try {
    return fromBase64(base64);
  } catch (cause) {
    throw ledgerError('BAD_INPUT', { issues: [{ path: 'base64', reason: 'must be base64' }] }, cause);
  }
}

function isBase64(value: unknown): value is { base64: string } {
  return typeof value === 'object' && value !== null && 'base64' in value && typeof value.base64 === 'string';
}

/** Measures, and finds before anything is sent what JSON cannot carry. */
function stringify(input: unknown): string {
  try {
    return JSON.stringify(input) ?? '';
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw ledgerError(
      'BAD_INPUT',
      { issues: [{ path: '', reason: `cannot be written as JSON: ${reason}` }] },
      cause,
    );
  }
}
