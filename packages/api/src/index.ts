export { type AppRouter, appRouter, type RouterInputs, type RouterOutputs } from './app.router.ts';
export { type CallerOptions, DEFAULT_PROJECT, HEADERS, LOCAL_ACTOR, resolveCaller } from './caller.ts';
export type { Caller, Context, GuardedContext, InFlight, Log } from './context.ts';
export { describeProcedures, type ProcedureDescription } from './describe.ts';
export { describeFailure, type Failure } from './failures.ts';
export { toFieldIssues } from './field-issues.ts';
export { COMMON_ERRORS, checkAccess } from './procedure.ts';
export { type NeededAccess, type ProcedureMeta, rememberRequest } from './trpc.ts';
export { ledgerErrorOf, toTrpcError, toWireError } from './wire-errors.ts';
