import type { Access, ErrorCode, WireError } from '@stepledger/contract';
import { initTRPC, type TRPCError } from '@trpc/server';
import type { Context } from './context.ts';
import { ledgerErrorOf, toWireError } from './wire-errors.ts';

/** What a procedure needs: `instance` is admin access by a caller who may see all projects. */
export type NeededAccess = Access | 'instance';

/** What stands beside the schemas of every procedure; CLI, MCP, OpenAPI and docs derive from it. */
export interface ProcedureMeta {
  /** One sentence that suffices alone. */
  summary: string;
  access: NeededAccess;
  /** The codes that are particular to this procedure, beside those that any may answer. */
  errors: readonly ErrorCode[];
  /** Whether a caller who may see all projects is served whichever project is chosen. */
  acrossProjects?: boolean;
}

/** Shorter than the patience of proxies with an idle connection, which is 30 s at least. */
const PING_MS = 10_000;

const requestIds = new WeakMap<TRPCError, string>();

/** Ties an error to its request where tRPC failed before there was a context; call it from `onError`. */
export function rememberRequest(error: TRPCError, requestId: string): void {
  requestIds.set(error, requestId);
}

export const t = initTRPC
  .context<Context>()
  .meta<ProcedureMeta>()
  .create({
    // Never a stack to a caller, whatever NODE_ENV says.
    isDev: false,
    // Proxies and peers that are gone show when something is sent, and callers see that a silent server is there.
    sse: {
      ping: { enabled: true, intervalMs: PING_MS },
      client: { reconnectAfterInactivityMs: 3 * PING_MS },
    },
    errorFormatter({ shape, error, path, ctx }) {
      const requestId = ctx?.requestId ?? requestIds.get(error) ?? '';
      const ledger: WireError = toWireError(ledgerErrorOf(error, { path, requestId }), requestId);
      return { ...shape, message: ledger.message, data: { ...shape.data, ledger } };
    },
  });

export const router = t.router;
