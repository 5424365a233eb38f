import { useLedger } from '../../../lib/ledger/ledger.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';

/** What stands here until there is a run: how to make the first one on this very server. */
export function QuickStart() {
  const { session } = useLedger();
  // Without a key, this session was let in as this machine's own: so will an agent on it be.
  const needsKey = session.token !== null;
  const code = toCode({ needsKey, project: session.project });
  return (
    <section
      aria-labelledby="quick-start"
      className="grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-4 overflow-auto p-6"
    >
      <h2 id="quick-start" className="text-lg font-semibold">
        No runs yet: start the first
      </h2>
      <p>
        An agent imports <code>@stepledger/client</code>. Save this as <code>first-run.ts</code> where that
        package is installed, in a checkout of Stepledger for example in <code>examples/coding-agent</code>,
        and run <code>node first-run.ts</code> (Node 22.18 or newer). The run appears here by itself.
      </p>
      {needsKey && (
        <>
          <p>This server asks for an API key. On its machine, make one for the agent; it is shown once:</p>
          <Command
            label="How to make an API key"
            text={`node apps/server/src/main.ts keys create --project ${session.project ?? 'default'} --name agent --access write`}
          />
          <p>
            Give it to the agent as <code>STEPLEDGER_TOKEN</code>.
          </p>
        </>
      )}
      <Command label="A first run" text={code} />
    </section>
  );
}

function Command({ label, text }: { label: string; text: string }) {
  return (
    <div className="grid gap-2 rounded-md border bg-surface p-3">
      <ScrollRegion aria-label={label} className="h-auto">
        <pre className="font-mono text-xs">{text}</pre>
      </ScrollRegion>
      <CopyButton text={text} />
    </div>
  );
}

function toCode({ needsKey, project }: { needsKey: boolean; project: string | null }): string {
  const options = [`url: '${location.origin}'`];
  if (needsKey) options.push(`token: process.env['STEPLEDGER_TOKEN']`);
  if (project !== null) options.push(`project: ${JSON.stringify(project)}`);
  return `import { createStepledger } from '@stepledger/client';

const ledger = createStepledger({ ${options.join(', ')} });
const run = await ledger.run({ key: 'first-run', goal: 'A todo app' });
await run.step('design_step').record({
  prompt: 'Design a todo app.', // what was sent to the LLM
  response: 'A list of todos, with dates.', // what came back, before parsing
  documents: [{ kind: 'design', text: 'A list of todos, with dates.' }], // what was read out of it
});
console.log(await run.step('design_step').documents.list());
`;
}
