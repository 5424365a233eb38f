import type { AppRouter, RouterInputs, RouterOutputs } from '@stepledger/api';
import type { Document, LiveEntry, Page, Run, SavedPrompt, TextDiff } from '@stepledger/contract';
import { expectTypeOf } from 'vitest';
import type { PagePromise } from './calls/pages.ts';
import type { DocumentHandle } from './documents/document-handle.ts';
import { isLedgerError, type StepledgerErrorCode } from './errors/stepledger-error.ts';
import type { RunHandle } from './runs/run-handle.ts';
import type { RunView } from './runs/run-view.ts';
import type { Stepledger } from './stepledger.ts';
import type { StepHandle } from './steps/step-handle.ts';

declare const ledger: Stepledger;
declare const run: RunHandle;
declare const step: StepHandle;
declare const doc: DocumentHandle;

// Every procedure is a function of the same name, and nothing is silently `any`.
type Methods = { [F in keyof RouterInputs]: keyof RouterInputs[F] };
expectTypeOf<{ [F in keyof Methods]: keyof Stepledger[F] }>().toEqualTypeOf<Methods>();
type Answers = {
  [F in keyof Methods]: {
    [M in Methods[F] & keyof Stepledger[F]]: Stepledger[F][M] extends (...args: never[]) => infer Answer
      ? 0 extends 1 & Awaited<Answer>
        ? 'any'
        : 'typed'
      : 'no function';
  };
};
type AnswersOf<F extends keyof Methods> = Answers[F][keyof Answers[F]];
expectTypeOf<{ [F in keyof Methods]: AnswersOf<F> }[keyof Methods]>().toEqualTypeOf<'typed'>();

// A subscription is iterated over, item by item, and may be opened without an argument.
expectTypeOf(ledger.entries.subscribe()).toEqualTypeOf<AsyncIterable<LiveEntry>>();

// Inputs and outputs are those of the API.
expectTypeOf(ledger.documents.get).parameter(0).toEqualTypeOf<RouterInputs['documents']['get']>();
expectTypeOf(ledger.documents.get).returns.resolves.toEqualTypeOf<RouterOutputs['documents']['get']>();
expectTypeOf<RouterOutputs['documents']['get']>().toEqualTypeOf<Document>();
expectTypeOf(ledger.prompts.put).returns.resolves.toEqualTypeOf<SavedPrompt>();
expectTypeOf(ledger.trpc.runs.get.query).parameter(0).toEqualTypeOf<RouterInputs['runs']['get']>();
expectTypeOf<AppRouter['_def']['_config']['$types']['ctx']>().not.toBeAny();

// The past of a run can be read, and nothing else.
expectTypeOf(run.at).parameter(0).toEqualTypeOf<{ revision: number } | { time: string }>();
expectTypeOf(run.at({ revision: 1 }).documents.get).returns.resolves.toEqualTypeOf<Document>();
expectTypeOf<keyof RunView>().toEqualTypeOf<
  'runId' | 'asOf' | 'get' | 'documents' | 'exchanges' | 'steps' | 'entries' | 'context'
>();
expectTypeOf<keyof RunView['documents']>().toEqualTypeOf<'list' | 'iterate' | 'get'>();

// Procedures that answer pages, and only they, can be iterated.
expectTypeOf(ledger.runs.list).returns.toEqualTypeOf<PagePromise<Run>>();
expectTypeOf(ledger.documents.history).returns.toEqualTypeOf<PagePromise<Document>>();
expectTypeOf(ledger.documents.byStep).returns.toExtend<AsyncIterable<Document>>();
expectTypeOf(ledger.runs.list).returns.resolves.toEqualTypeOf<Page<Run>>();
expectTypeOf(ledger.documents.diff).returns.toEqualTypeOf<Promise<TextDiff>>();

// A list without a needed field is called without an argument; a get is not.
expectTypeOf<Parameters<Stepledger['runs']['list']>['length']>().toEqualTypeOf<0 | 1 | 2>();
expectTypeOf<Parameters<Stepledger['runs']['get']>['length']>().toEqualTypeOf<1 | 2>();
expectTypeOf<Parameters<Stepledger['system']['health']>['length']>().toEqualTypeOf<0 | 1 | 2>();

// Handles.
expectTypeOf(ledger.run).returns.resolves.toEqualTypeOf<RunHandle>();
expectTypeOf(doc.text).toEqualTypeOf<string>();
expectTypeOf(step.documents.list).returns.resolves.toEqualTypeOf<DocumentHandle[]>();
expectTypeOf(step.record).returns.resolves.toHaveProperty('documents').toEqualTypeOf<DocumentHandle[]>();

/** Never run: each line is checked by the compiler. */
export async function wrongUses() {
  // @ts-expect-error a misspelt field
  await step.documents.put({ kind: 'design', txet: '' });
  // @ts-expect-error the text is missing
  await step.documents.put({ kind: 'design' });
  // @ts-expect-error the handle knows its run
  await step.documents.put({ kind: 'design', text: '', runId: 'other' });
  // @ts-expect-error a document is a text, not bytes
  await step.documents.put({ kind: 'design', text: new Uint8Array(1) });
  // @ts-expect-error a misspelt status
  await ledger.runs.list({ status: 'runing' });
  // @ts-expect-error a procedure that is not there
  await ledger.documents.putt({});
  // @ts-expect-error one of prompt and messages of a template, not a number
  await step.record({ prompt: 7, response: '' });
  // @ts-expect-error a label is a text
  await step.record({ prompt: { name: 'design', label: 1 }, response: '' });
  // @ts-expect-error a misspelt relation
  await step.documents.put({ kind: 'a', text: '', links: [{ relation: 'uses', to: doc.ref }] });
  // @ts-expect-error versions are numbers, or 'any'
  await doc.update('', { expectedVersion: 'head' });

  await step.record({
    prompt: 'p',
    response: new Uint8Array(1),
    attempts: [{ status: 'failed', request: 'r' }],
  });
  await step.documents.put({ kind: 'design', text: { blob: 'id' } });
}

/** The code narrows the details. */
export function narrowing(error: unknown) {
  if (isLedgerError(error, 'VERSION_CONFLICT')) expectTypeOf(error.details.actual).toEqualTypeOf<number>();
  if (!isLedgerError(error)) return;
  expectTypeOf(error.code).toEqualTypeOf<StepledgerErrorCode>();
  if (error.code === 'UNREACHABLE') {
    expectTypeOf(error.details).toEqualTypeOf<{
      url: string;
      reason: string;
      hint: string;
      retryable: boolean;
    }>();
  }
  if (error.code === 'UNKNOWN_STEP') expectTypeOf(error.details.allowed).toEqualTypeOf<string[]>();
  // @ts-expect-error details of another code
  if (error.code === 'NOT_FOUND') error.details.actual;
}
