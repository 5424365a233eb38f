import type { IncomingHttpHeaders } from 'node:http';
import type { StepRef } from '@stepledger/client';
import { identifierSchema } from '@stepledger/contract';
import { parseStepRef } from '../refs/parse-refs.ts';
import { CliError } from '../shell/cli-error.ts';
import type { Place } from './recordings.ts';

const RUN = 'x-stepledger-run';
const STEP = 'x-stepledger-step';

/** Where a call is to be recorded, or what is wrong with the headers that say so. */
export type Placing = { place: Place } | { fault: string };

/** Reads the headers by which a program names run and step of one call; a `%` escapes what a header cannot hold. */
export function readPlace(headers: IncomingHttpHeaders): Placing {
  const run = headers[RUN];
  const step = headers[STEP];
  try {
    const place: Place = {
      run: run === undefined ? null : decodeURIComponent(String(run)),
      step: step === undefined ? null : parseStepRef(String(step)),
    };
    const fault = findFault(RUN, place.run) ?? findStepFault(STEP, place.step);
    return fault === null ? { place } : { fault };
  } catch (error) {
    if (error instanceof CliError) return { fault: `${STEP}: ${error.message}` };
    if (error instanceof URIError) return { fault: `${RUN}: a % must be followed by two hexadecimal digits` };
    throw error;
  }
}

/** What is wrong with a step's name or key, with where it stands; null when nothing is. */
export function findStepFault(source: string, step: StepRef | null): string | null {
  // A step that runs once has an empty key.
  return findFault(source, step?.name ?? null) ?? findFault(source, step?.key || null);
}

function findFault(source: string, value: string | null): string | null {
  if (value === null) return null;
  const { error } = identifierSchema.safeParse(value);
  return error === undefined ? null : `${source}: ${error.issues.map(({ message }) => message).join('; ')}`;
}
