import type { RouterInputs } from '@stepledger/api';
import type { AsOf, BuiltContext, ContextPin, VersionRef } from '@stepledger/contract';
import type { CallOptions, Features } from '../calls/features.ts';
import { type StepLike, toStepRef } from '../steps/step-ref.ts';

type Input = RouterInputs['context']['build'];

/** What a context is to be built for. */
export interface ContextInput extends Omit<Input, 'runId' | 'step' | 'kinds' | 'pins' | 'asOf'> {
  /** The step that the prompt is for. */
  step?: StepLike | undefined;
  /** Only documents of these kinds, those of the first kind first. */
  kinds?: readonly string[] | undefined;
  /** What must be in: handles, exact versions, or the head of a document by its kind and key. */
  pins?: readonly (ContextPin | { ref: VersionRef })[] | undefined;
}

/** Builds a context out of the documents of a run, now or as of a revision or time. */
export function buildContext(
  ledger: Features,
  run: { runId: string; asOf?: AsOf },
  { input, options }: { input: ContextInput; options: CallOptions | undefined },
): Promise<BuiltContext> {
  const { step, kinds, pins = [], ...fields } = input;
  return ledger.context.build(
    {
      ...fields,
      ...run,
      pins: pins.map((pin) => ('ref' in pin ? pin.ref : pin)),
      ...(kinds && { kinds: [...kinds] }),
      ...(step !== undefined && { step: toStepRef(step) }),
    },
    options,
  );
}
