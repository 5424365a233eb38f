import type { Stepledger } from '@stepledger/client';

/** What a terminal must never be given as it is: colours, a link, a jump, a turn of the direction, an overwritten line. */
export const HOSTILE = '\x1b[31mred\x1b]8;;http://evil\x07link\x1b]8;;\x07\u009b2J\rover\u202egnp.exe';
/** The same for names, which hold no control characters. */
export const HOSTILE_NAME = 'odd \u202e\u200b name/%41@2:1 $(id)';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
export const ACTIVE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;

export interface ToldRun {
  runId: string;
  key: string;
  exchangeId: string;
  failedExchangeId: string;
}

/**
 * A run with all there is to show: nested steps, an exchange whose documents were changed and deleted since, one that
 * failed, a parse that failed, attempts.
 *
 * @param hostile stands in every text of it
 */
export async function recordToldRun(
  ledger: Stepledger,
  { key, hostile = '', name = '' }: { key: string; hostile?: string; name?: string },
): Promise<ToldRun> {
  const prompt = `design${name}`;
  await ledger.prompts.put({ name: prompt, template: `Design {{what}}.${hostile}` });
  const run = await ledger.run({ key, goal: `A todo app.${hostile}` });
  const requirement = await run.step(`requirement_step${name}`).documents.put({
    kind: `requirement${name}`,
    text: `Todos${hostile}\nwith dates\n`,
    title: `What is wanted${name}`,
    status: `accepted${name}`,
    tags: [`first${name}`],
    author: `ann${name}`,
  });
  const design = run.step(`design_step${name}`, { key: name });
  const { exchangeId, documents } = await design.record({
    prompt: { name: prompt, variables: { what: `todos${hostile}` } },
    uses: [requirement.ref],
    model: `gpt-5${name}`,
    provider: `acme${name}`,
    usage: { inputTokens: 1234, outputTokens: 56 },
    totalMs: 1234,
    response: `Here is the design.${hostile}`,
    attempts: [
      { status: 'failed', httpStatus: 503, request: `first request${hostile}`, response: `busy${hostile}` },
      { status: 'completed', httpStatus: 200, request: 'second request', response: 'fine' },
    ],
    parse: { parser: `fences${name}`, parserVersion: '2' },
    documents: [
      { kind: `design${name}`, text: `A list\nof todos${hostile}\nwith dates\n` },
      { kind: 'subtask', key: `login${name}`, text: `The login page${hostile}` },
    ],
  });
  const [designed, subtask] = documents;
  if (!designed || !subtask) throw new Error('Two documents were recorded');
  const open = await design.exchanges.open({ prompt: `again${hostile}` });
  await ledger.exchanges.fail({ exchangeId: open.id, error: `overloaded${hostile}\nand more` });
  await designed.update(
    {
      text: `A list\nof tasks${hostile}\nwith dates\n`,
      author: `bob${name}`,
      note: `better${hostile}\nwords`,
    },
    {},
  );
  const code = { name: `code_step${name}`, key: '2' };
  await ledger.steps.start({ runId: run.id, step: code, parent: { name: design.name, key: design.key } });
  await run.step(code.name, code).record({
    prompt: `Code it.${hostile}`,
    response: `no code${hostile}`,
    parse: { parser: 'json', status: 'failed', error: `not JSON${hostile}`, errorOffset: 3 },
  });
  await ledger.steps.fail({ runId: run.id, step: code, error: `gave up${hostile}` });
  await subtask.delete();
  return { runId: run.id, key, exchangeId, failedExchangeId: open.id };
}
