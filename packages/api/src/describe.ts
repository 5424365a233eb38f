import type { ErrorCode } from '@stepledger/contract';
import type { AnyTRPCRouter } from '@trpc/server';
import { z } from 'zod';
import { appRouter } from './app.router.ts';
import { COMMON_ERRORS } from './procedure.ts';
import { eventSchemaOf } from './subscription.ts';
import type { NeededAccess, ProcedureMeta } from './trpc.ts';

/** One procedure as CLI, MCP, OpenAPI and docs need to know it. */
export interface ProcedureDescription {
  /** For example `documents.put`. */
  path: string;
  kind: 'query' | 'mutation' | 'subscription';
  summary: string;
  access: NeededAccess;
  /** Every code that it may answer, its own before the common ones. */
  errors: ErrorCode[];
  input: z.ZodType;
  /** What it answers; of a subscription, what each of its events holds. */
  output: z.ZodType;
}

/**
 * Describes every procedure of the API out of the router itself, in its order.
 *
 * Throws when a procedure lacks its input, output or description, which the tests keep from happening.
 */
export function describeProcedures(): ProcedureDescription[] {
  // tRPC keeps the procedures by their full path, which its types do not tell.
  const { _def: routes }: AnyTRPCRouter = appRouter;
  const procedures: Record<string, RoutedProcedure> = routes.procedures;
  return Object.entries(procedures).map(([path, { _def }]) => describe(path, _def));
}

/** What tRPC keeps of a procedure. */
interface RoutedProcedure {
  _def: { type: string; meta?: unknown; inputs: unknown[]; output?: unknown };
}

function describe(path: string, definition: RoutedProcedure['_def']): ProcedureDescription {
  const { type, inputs } = definition;
  const output = type === 'subscription' ? eventSchemaOf(definition.output) : definition.output;
  const [input] = inputs;
  const meta = definition.meta as ProcedureMeta | undefined;
  if (type !== 'query' && type !== 'mutation' && type !== 'subscription') {
    throw new Error(`${path} is of an unknown kind`);
  }
  if (!(input instanceof z.ZodType) || inputs.length !== 1) throw new Error(`${path} needs one input schema`);
  if (!(output instanceof z.ZodType)) throw new Error(`${path} needs an output schema`);
  if (meta === undefined) throw new Error(`${path} needs a description`);
  const keyed: ErrorCode[] = type === 'mutation' ? ['IDEMPOTENCY_CONFLICT'] : [];
  const errors = [...new Set<ErrorCode>([...meta.errors, ...keyed, ...COMMON_ERRORS])];
  return { path, kind: type, summary: meta.summary, access: meta.access, errors, input, output };
}
