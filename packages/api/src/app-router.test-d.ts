import type { ErrorCode, Services, WireError } from '@stepledger/contract';
import type { inferRouterError } from '@trpc/server';
import { expectTypeOf } from 'vitest';
import type { AppRouter, RouterInputs, RouterOutputs } from './app.router.ts';

/** Raw bodies travel beside tRPC. */
type Features = Omit<Services, 'blobs'>;

// Each service method is a procedure, and each procedure a service method.
expectTypeOf<{ [F in keyof RouterInputs]: keyof RouterInputs[F] }>().toEqualTypeOf<{
  [F in keyof Features]: keyof Features[F];
}>();

// Each answers what its service answers; what a subscription sends is looked at where it is read, in the client.
type Answers = { [F in keyof Features]: { [M in keyof Features[F]]: AnswerOf<Features[F][M]> } };
type AnswerOf<Method> = Method extends (...input: never[]) => Promise<infer Answer>
  ? Answer extends AsyncIterable<unknown>
    ? unknown
    : Answer
  : never;
expectTypeOf<RouterOutputs>().toExtend<Answers>();

// The wire error is part of the router's type, so that a client narrows by its code.
expectTypeOf<inferRouterError<AppRouter>['data']['ledger']>().toEqualTypeOf<WireError>();
expectTypeOf<WireError['code']>().toEqualTypeOf<ErrorCode>();

// Procedures without parameters are called without an argument or with `{}`.
expectTypeOf<undefined>().toExtend<RouterInputs['system']['stats']>();
expectTypeOf<Record<string, never>>().toExtend<RouterInputs['system']['stats']>();

// A wrong field name is an error.
expectTypeOf<{ runID: string }>().not.toExtend<RouterInputs['runs']['get']>();
