import { ACCESS_LEVELS, type ErrorCode, LedgerError } from '@stepledger/contract';
import type { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { DEFAULT_PROJECT } from './caller.ts';
import type { Caller, Context, GuardedContext } from './context.ts';
import { describeFailure } from './failures.ts';
import { toFieldIssues } from './field-issues.ts';
import { type NeededAccess, type ProcedureMeta, t } from './trpc.ts';
import { toTrpcError } from './wire-errors.ts';

/** The codes that any procedure may answer; NOT_FOUND, of a project that the caller chose. */
export const COMMON_ERRORS = [
  'BAD_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'TOO_LARGE',
  'UNAVAILABLE',
  'INTERNAL',
] as const satisfies readonly ErrorCode[];

/** The input of a procedure without parameters: nothing, or `{}` for callers who must send something. */
export const noInput = z.strictObject({}).optional();

/**
 * Begins a procedure: who may call it, what it says of itself, and how its failures travel.
 *
 * Each call opens services of its own, because two calls of one batch that shared a unit of work would both
 * pass a check of `expectedVersion`.
 */
export function procedure(meta: ProcedureMeta) {
  return t.procedure
    .meta(meta)
    .use(async ({ ctx, next, path, getRawInput }) => {
      const result = await (ctx.inFlight ? ctx.inFlight.run(next) : next());
      if (result.ok) return result;
      throw await translate(result.error, { ctx, path, errors: meta.errors, getRawInput });
    })
    .use(async ({ ctx, next }) => next({ ctx: await guard(ctx, meta) }));
}

async function guard(ctx: Context, { access, acrossProjects }: ProcedureMeta): Promise<GuardedContext> {
  const { caller, store } = ctx;
  if (caller === null) throw new LedgerError('UNAUTHENTICATED', { reason: 'An API key is needed' });
  checkAccess(caller, access);
  const slug = acrossProjects && caller.instance ? DEFAULT_PROJECT : caller.project.slug;
  const projectId = slug === caller.project.slug ? caller.project.id : await store.findProject(slug);
  if (projectId === null) throw new LedgerError('NOT_FOUND', { type: 'project', id: slug });
  return { ...ctx, caller, services: store.open({ projectId, actor: caller.actor }) };
}

/** Refuses with FORBIDDEN a caller who may not do what needs this access. */
export function checkAccess(caller: Caller, needed: NeededAccess): void {
  const level = needed === 'instance' ? 'admin' : needed;
  const enough = ACCESS_LEVELS.indexOf(caller.access) >= ACCESS_LEVELS.indexOf(level);
  if (enough && (needed !== 'instance' || caller.instance)) return;
  throw new LedgerError('FORBIDDEN', { needed, has: caller.access });
}

interface Origin {
  ctx: Context;
  path: string;
  /** The codes that are particular to the procedure. */
  errors: readonly ErrorCode[];
  getRawInput: () => Promise<unknown>;
}

/** The failure as it is told to the caller; what nobody foresaw is logged. */
export async function translate(error: TRPCError, origin: Origin): Promise<TRPCError> {
  const { ctx, path, errors, getRawInput } = origin;
  const { cause } = error;
  if (cause instanceof LedgerError) {
    if (!isDeclared(cause.code, errors)) {
      ctx.log.warn({ requestId: ctx.requestId, path, code: cause.code }, 'undeclared error code');
    }
    if (cause.code === 'UNAVAILABLE' && cause.cause !== undefined) {
      ctx.log.warn({ requestId: ctx.requestId, path, failure: describeFailure(cause.cause) }, 'unavailable');
    }
    return toTrpcError(cause);
  }
  // A bad input is the caller's fault, an answer that does not fit its schema is ours.
  if (error.code === 'BAD_REQUEST' && cause instanceof z.core.$ZodError) {
    const issues = toFieldIssues(cause, await getRawInput());
    return toTrpcError(new LedgerError('BAD_INPUT', { issues }));
  }
  if (error.code !== 'INTERNAL_SERVER_ERROR') return error;
  ctx.log.error({ requestId: ctx.requestId, path, failure: describeFailure(cause ?? error) }, 'failed');
  return toTrpcError(new LedgerError('INTERNAL', { requestId: ctx.requestId }));
}

function isDeclared(code: ErrorCode, errors: readonly ErrorCode[]): boolean {
  const declared: readonly ErrorCode[] = [...COMMON_ERRORS, 'IDEMPOTENCY_CONFLICT', ...errors];
  return declared.includes(code);
}
