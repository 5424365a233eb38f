import type { DocumentHandle, PutManyDocuments, StepHandle, Stepledger } from '@stepledger/client';
import type { Llm } from './llm.ts';

export interface Work {
  ledger: Stepledger;
  llm: Llm;
  say: (line: string) => void;
}

export interface StepPlan {
  /** The name of the predefined prompt. */
  prompt: string;
  variables: Record<string, string>;
  /** Reads documents out of the answer; throws an Error when it cannot. */
  parse: (answer: string) => PutManyDocuments;
}

type Documents = [DocumentHandle, ...DocumentHandle[]];

/** Fills the prompt in, asks the LLM, reads its answer and records all of it; or finds that it was done before. */
export async function doStep(
  { ledger, llm, say }: Work,
  step: StepHandle,
  plan: StepPlan,
): Promise<Documents> {
  // A recorded step is all or nothing, so its documents are there only if all of it is.
  const [stored, ...others] = await step.documents.list();
  if (stored !== undefined) {
    if ((await step.get()).status !== 'completed') await step.complete();
    say(`${step.name}: stored before, nothing to do`);
    return [stored, ...others];
  }

  const { variables } = plan;
  const { name, version, messages } = await ledger.prompts.render({ name: plan.prompt, variables });
  const sent = messages.map(({ role, text }) => ({ role, content: text }));
  // `call` holds every HTTP attempt with its exact bodies, the tokens and the times.
  const { text, error, ...call } = await llm.ask(sent);
  const exchange = { prompt: { name, version, variables, messages: sent }, model: llm.model, ...call };
  if (text === null) {
    await step.record({ ...exchange, error });
    return giveUp(step, error);
  }

  const { documents, ...parse } = tryParse(plan, text);
  // Prompt, raw response, parse, documents and links in one call. The raw response is the model's message as it
  // came, untouched: what the parser read.
  const recorded = await step.record({ ...exchange, response: text, parse, documents });
  const [parsed, ...more] = recorded.documents;
  if (parsed === undefined) return giveUp(step, parse.error ?? 'The answer holds no document');
  await step.complete();
  say(`${step.name}: stored as revision ${recorded.revision} of the run's ledger`);
  return [parsed, ...more];
}

interface Parsed {
  parser: string;
  status: 'completed' | 'failed';
  error?: string;
  documents: PutManyDocuments;
}

/** An answer that cannot be read is stored too, with the reason: a better parser may read it later. */
function tryParse({ prompt, parse }: StepPlan, text: string): Parsed {
  try {
    return { parser: prompt, status: 'completed', documents: parse(text) };
  } catch (error) {
    return { parser: prompt, status: 'failed', error: String(error), documents: [] };
  }
}

async function giveUp(step: StepHandle, error: string): Promise<never> {
  await step.fail(error);
  throw new Error(`${step.name} failed: ${error}`);
}
