import type { Stepledger } from '@stepledger/client';

/** Texts that UTF-8, PostgreSQL or a careless reader would lose something of. */
export const HARD_TEXTS = [
  'a NUL \0 within',
  'lone \ud83d surrogate',
  '\ufeffa BOM\r\n',
  '\u2028 \u0001 "\\',
  '',
];
export const BYTES = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
/** More than what travels inside of JSON. */
export const LARGE = 'A line of a long text.\n'.repeat(25_000);

/** A run with something of everything: prompt, workflow, attempts, streams, links, purges, a fork of it. */
export async function writeSample(
  ledger: Stepledger,
  key: string,
  { requirement = 'A list of things to do' }: { requirement?: string } = {},
): Promise<{ runId: string; forkId: string }> {
  await ledger.prompts.put({
    name: 'design',
    template: 'Design {{it}}',
    parameters: ['it'],
    note: HARD_TEXTS[1],
  });
  await ledger.prompts.setLabel({ name: 'design', label: 'production', version: 1 });
  await ledger.prompts.put({ name: 'design', template: 'Design {{it}} well', parameters: ['it'] });
  await ledger.workflows.define({ name: 'feature', steps: [{ name: 'design_step', prompt: 'design' }] });
  const run = await ledger.run({ key, workflow: 'feature', strict: false, goal: HARD_TEXTS[0] });
  const step = run.step('design_step');
  await step.documents.put({ kind: 'requirement', text: requirement });
  const [first, ...others] = HARD_TEXTS;
  const recorded = await ledger.exchanges.record({
    runId: run.id,
    step: { name: 'design_step' },
    messages: HARD_TEXTS.map((content) => ({ role: 'user', content })),
    prompt: { name: 'design', label: 'production' },
    variables: { it: first ?? '' },
    response: BYTES,
    attempts: [
      { status: 'failed', error: first, request: BYTES, url: 'https://llm.test/v1' },
      { status: 'failed', headers: [] },
      { status: 'completed', headers: HARD_TEXTS.map((value) => ({ name: 'x-said', value })) },
    ],
    parameters: { temperature: 0.1, nested: { 10: 'ten', 9: 'nine' } },
    documents: others.map((text, index) => ({ kind: 'part', key: `${index}`, text, tags: ['a', 'b'] })),
  });
  const [document] = recorded.documents;
  if (!document) throw new Error('A document was recorded');
  const { documentId } = document;
  await ledger.documents.update({ documentId, text: 'a secret', metadata: { b: 1, a: 2 } });
  await ledger.documents.purge({ documentId, versions: [2] });
  await ledger.documents.update({ documentId, text: 'no secret' });
  const design = await step.documents.put({ kind: 'design', text: 'v1' });
  await ledger.links.add({
    from: { documentId: design.id, version: 1 },
    relation: 'used',
    to: { documentId, version: 1 },
  });
  const open = { runId: run.id, step: { name: 'open_step', key: '1' }, memoKey: '1'.repeat(64) };
  const messages = [{ role: 'user', content: 'again' }];
  await ledger.exchanges.open({ ...open, messages });
  await ledger.exchanges.open({ ...open, messages, force: true });
  await run.step('other', { key: '2' }).fail('it went wrong');
  const fork = await run.fork({ key: `${key} fork` });
  await fork.step('design_step').documents.put({ kind: 'design', text: 'of the fork' });
  return { runId: run.id, forkId: fork.id };
}
