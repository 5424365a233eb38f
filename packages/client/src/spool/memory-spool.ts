import { StepledgerError } from '../errors/stepledger-error.ts';
import { toFailure } from './failures.ts';
import type { Delivery, Spool, SpooledCall } from './spool.ts';

/** Where there is no disk: enough for a few large answers, and little beside what an agent holds anyway. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A spool for platforms without files: it outlives the server's absence, but not this process. */
export function createMemorySpool(maxBytes = MAX_BYTES): Spool {
  const waiting: { call: SpooledCall; bytes: number }[] = [];
  let size = 0;
  let delivering: ReturnType<Spool['deliver']> | null = null;

  async function deliver(send: Parameters<Spool['deliver']>[0]): ReturnType<Spool['deliver']> {
    const rejected: Delivery['rejected'] = [];
    let delivered = 0;
    for (let next = waiting[0]; next; next = waiting[0]) {
      try {
        if ((await send(next.call)) === 'retry') break;
        delivered += 1;
      } catch (error) {
        rejected.push(toFailure(next.call, error));
      }
      waiting.shift();
      size -= next.bytes;
    }
    // In the same turn as the last look, so that no call is appended in between and then not delivered.
    delivering = null;
    return { delivered, pending: waiting.length, rejected };
  }

  return {
    async append(call) {
      const bytes = sizeOf(call.input);
      if (size + bytes > maxBytes) {
        throw new StepledgerError({
          code: 'SPOOL_FULL',
          details: { limitBytes: maxBytes, directory: 'memory' },
          message: `The spool in memory holds its ${maxBytes} bytes already`,
        });
      }
      waiting.push({ call, bytes });
      size += bytes;
    },
    deliver(send) {
      if (delivering !== null) return delivering;
      const started = deliver(send);
      // Of an empty spool it is over already.
      if (waiting.length > 0) delivering = started;
      return started;
    },
    get isEmpty() {
      return waiting.length === 0;
    },
    get waiting() {
      return waiting.length;
    },
    close: async () => undefined,
  };
}

/** About what a value holds on to: bodies are all that is large. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length * 2;
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce<number>((sum, member) => sum + sizeOf(member), 16);
}
