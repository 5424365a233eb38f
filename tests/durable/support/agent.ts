/** The agent of the kill tests: a workflow of twelve steps, each built on the one before. */
import { createStepledger, type DocumentHandle } from '@stepledger/client';
import OpenAI from 'openai';

const [url = '', llmUrl = '', key = '', spool = ''] = process.argv.slice(2);

const ledger = createStepledger({ url, spool: { directory: spool } });
const run = await ledger.run({ key });
process.stdout.write('ready\n');

let before: DocumentHandle | undefined;
for (let number = 1; number <= 12; number++) {
  const { documents } = await run.step(`step_${number}`).execute({
    prompt: `Step ${number}:\n${before?.text ?? ''}`,
    uses: before ? [before] : [],
    model: 'gpt-5',
    leaseSeconds: 0.4,
    async *call({ messages, fetch, signal }) {
      const openai = new OpenAI({ baseURL: `${llmUrl}/v1`, apiKey: 'none', fetch });
      const sent = messages.map(({ content }) => ({ role: 'user' as const, content }));
      const stream = await openai.chat.completions.create(
        // Whose request it is: the prompts are the same in every workflow.
        { model: 'gpt-5', messages: sent, stream: true, user: key },
        { signal },
      );
      for await (const { choices } of stream) yield choices[0]?.delta.content ?? '';
    },
    parse: {
      name: 'halves',
      version: '1',
      parse: (raw) => [{ kind: 'note', key: `note-${number}`, text: raw }],
    },
  });
  before = documents[0];
  process.stdout.write(`${number}\n`);
}
await run.complete();
process.stdout.write('done\n');
