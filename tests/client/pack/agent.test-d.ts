// Somebody else's project: compiled against the packed client alone, by several compilers, and run.
import {
  createStepledger,
  type Document,
  type DocumentHandle,
  type ExecuteResult,
  isLedgerError,
  type JsonObject,
  type Page,
  type RouterInputs,
  type RouterOutputs,
  type Run,
  type RunHandle,
  type Stepledger,
  type StepledgerErrorDetails,
} from '@stepledger/client';
import type { assembleStepledger, StepledgerParts } from '@stepledger/client/links';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for types that are the same; `any` is the same as nothing but itself. */
function same<A, B>(_equal: Equal<A, B>): void {}

same<RouterOutputs['documents']['get'], Document>(true);
same<Document['text'], string | null>(true);
same<Document['version'], number>(true);
same<Document['metadata'], JsonObject>(true);
same<Document['tags'], string[]>(true);
same<Run['status'], 'running' | 'completed' | 'failed' | 'cancelled'>(true);
same<RouterInputs['documents']['byStep']['step'], { name: string; key?: string | undefined }>(true);
same<Awaited<ReturnType<Stepledger['run']>>, RunHandle>(true);
same<Awaited<ReturnType<Stepledger['runs']['list']>>, Page<Run>>(true);
same<Awaited<ReturnType<Stepledger['trpc']['runs']['list']['query']>>, Page<Run>>(true);
same<DocumentHandle['text'], string>(true);
same<StepledgerErrorDetails['VERSION_CONFLICT']['actual'], number>(true);
same<StepledgerErrorDetails['NOT_STORED']['spooled'], number>(true);
same<ExecuteResult['documents'], DocumentHandle[]>(true);
same<Parameters<typeof assembleStepledger>[0], StepledgerParts>(true);
same<Equal<Document['text'], unknown>, false>(true);

export async function work(ledger: Stepledger): Promise<string> {
  const run = await ledger.run({ key: 'todo-app', goal: 'A todo app' });
  const design = run.step('design_step');
  const doc = await design.documents.put({ kind: 'design', text: 'v1', metadata: { score: 1 } });
  await doc.update('v2');
  const { documents } = await design.record({
    prompt: { name: 'design', variables: { idea: 'todos' } },
    response: new Uint8Array([1, 2, 3]),
    documents: [{ kind: 'review', text: 'good', links: [{ relation: 'used', to: doc.ref }] }],
  });
  const { response } = await design.execute({
    prompt: { name: 'design', label: 'production', variables: { idea: 'todos' } },
    uses: [doc],
    call: async ({ messages, fetch, signal }) => (await fetch(messages[0]?.content ?? '', { signal })).text(),
    parse: { name: 'all', version: '1', parse: (raw) => [{ kind: 'design', text: raw, tags: ['new'] }] },
    maxAttempts: 2,
  });
  await design.fetch(response, { method: 'POST', body: '{}' });
  const { counts } = await ledger.reparse({ parser: { name: 'all', version: '2', parse: () => [] } });
  counts.changed.toFixed();
  await ledger.flush({ timeoutMs: 1_000 });
  for await (const run of ledger.runs.list({ status: 'running' })) run.revision.toFixed();
  return documents.map(({ text }) => text).join();
}

export async function mistakes(ledger: Stepledger): Promise<void> {
  const step = (await ledger.run({ key: 'todo-app' })).step('design_step');
  // @ts-expect-error a misspelt field
  await step.documents.put({ kind: 'design', txet: '' });
  // @ts-expect-error a field of the wrong type
  await step.documents.put({ kind: 'design', text: 1 });
  // @ts-expect-error a document without its kind
  await step.execute({ prompt: 'a', call: () => 'b', parse: (text) => [{ text }] });
  // @ts-expect-error a call that answers no text
  await step.execute({ prompt: 'a', call: () => 1, parse: () => [] });
  // @ts-expect-error a misspelt procedure
  await ledger.documents.putt({});
  // @ts-expect-error a misspelt status
  await ledger.runs.list({ status: 'runing' });
  // @ts-expect-error a misspelt option
  createStepledger({ url: 'http://localhost', tokn: 'sl_' });
  const document = await ledger.documents.get({ documentId: 'id' });
  // @ts-expect-error a field that is not there
  document.txet;
}

/** All that is needed of Node here, so that the project compiles without its types too. */
declare const process: { argv: string[]; stdout: { write(text: string): void } };

const [url] = process.argv.slice(2);
if (url !== undefined) {
  const ledger = createStepledger({ url });
  const run = await ledger.runs.get({ key: 'todo-app' }).catch((error: unknown) => error);
  process.stdout.write(isLedgerError(run) ? `failed: ${run.code}` : `got: ${JSON.stringify(run)}`);
}
