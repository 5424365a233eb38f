import type { RouterInputs, RouterOutputs } from '@stepledger/api';

type Feature = keyof RouterInputs & string;
type MethodOf<F extends Feature> = keyof RouterInputs[F] & string;

/** The path of every procedure, such as `documents.put`, out of the router's type. */
export type ProcedurePath = { [F in Feature]: `${F}.${MethodOf<F>}` }[Feature];
/** The paths of one feature. */
export type PathOf<F extends Feature> = `${F}.${MethodOf<F>}`;

type Of<Types, P extends string> = P extends `${infer F}.${infer M}`
  ? F extends keyof Types
    ? M extends keyof Types[F]
      ? Types[F][M]
      : never
    : never
  : never;
export type InputOf<P extends ProcedurePath> = Of<RouterInputs, P>;
export type OutputOf<P extends ProcedurePath> = Of<RouterOutputs, P>;
