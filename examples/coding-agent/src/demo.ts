import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { createStepledger } from '@stepledger/client';
import { type RunningServer, startServer, toServerOptions } from '@stepledger/server';
import { runAgent } from './agent.ts';
import { loadLlmEnv, loadServerEnv } from './env.ts';
import { createLlm } from './llm.ts';
import { printRun } from './print.ts';
import { DEFAULT_IDEA } from './prompts.ts';
import { openReplayEndpoint, REPLAY_MODEL } from './replay/replay-endpoint.ts';

const HELP = `Starts Stepledger on its own PostgreSQL, lets a small agent plan a feature, and prints what is stored.

  npm start [-- "A feature idea"]

The server stays up until Ctrl-C. Run it again: it finds the data and records nothing twice.

  OPENAI_BASE_URL  an OpenAI-compatible API, such as http://127.0.0.1:11434/v1 for Ollama
  OPENAI_API_KEY   its key; alone it means OpenAI itself
  OPENAI_MODEL     the model to ask
  Without these the agent asks a bundled endpoint that replays answers to one idea:
  "${DEFAULT_IDEA}".

  PORT, DATABASE_URL, STEPLEDGER_DATA_DIR (default ./.stepledger) and the others of docs/server.md set the server.
`;

const say = (line = '') => {
  process.stdout.write(`${line}\n`);
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) return say(HELP.trimEnd());
  const idea = positionals.join(' ').trim() || DEFAULT_IDEA;
  const llmEnv = loadLlmEnv();
  const serverEnv = loadServerEnv();

  const began = Date.now();
  await using server = await startServer(toServerOptions(serverEnv));
  const stopped = untilStopped();
  say(`Stepledger listens on ${server.url} (after ${((Date.now() - began) / 1000).toFixed(1)} s)`);
  say(describeStorage(serverEnv.DATABASE_URL, serverEnv.STEPLEDGER_DATA_DIR));

  await Promise.race([tell({ server, idea, llmEnv, token: serverEnv.STEPLEDGER_INSTANCE_KEY }), stopped]);
  await stopped;
  say('Stopping');
}

interface Story {
  server: RunningServer;
  idea: string;
  llmEnv: ReturnType<typeof loadLlmEnv>;
  token: string | undefined;
}

/** Runs the agent once and prints what is stored. The server is of use also when the agent fails. */
async function tell({ server, idea, llmEnv, token }: Story): Promise<void> {
  await using replay = llmEnv === null ? await openReplayEndpoint() : null;
  const llm = createLlm(llmEnv ?? { baseUrl: replay?.url, apiKey: 'none', model: REPLAY_MODEL });
  say(
    llmEnv === null
      ? `The agent asks ${replay?.url}, which replays answers written for this example; no LLM is called`
      : `The agent asks ${llmEnv.model} at ${llmEnv.baseUrl ?? 'OpenAI'}`,
  );
  say();
  const ledger = createStepledger({ url: server.url, token });
  try {
    const run = await runAgent({ ledger, llm, idea, say });
    const { revision } = await run.get();
    if (revision === run.revision) say('Nothing was recorded: all of it was stored before');
    say();
    await printRun(ledger, run, say);
  } catch (error) {
    say(`The agent gave up: ${error instanceof Error ? error.message : String(error)}`);
  }
  say();
  say(`The server stays up at ${server.url} until Ctrl-C. Next:`);
  say('  a browser at this address         shows the run, live');
  say('  npm start                         again: finds this run and records nothing twice');
  say(`  ${thisNode()} examples/recorded-runs/src/main.ts --url ${server.url}`);
  say('                                    stores recorded runs and compares them with their source');
  say('  README.md                         has an agent in twenty lines to begin with');
}

function describeStorage(databaseUrl: string | undefined, dataDir: string): string {
  if (databaseUrl !== undefined) return 'It stores into the PostgreSQL of DATABASE_URL';
  return `It stores into its own PostgreSQL in ${dataDir}`;
}

/** The set-up fetches a Node where the machine's own is too old to run TypeScript. */
function thisNode(): string {
  return process.execPath.includes('.toolchain') ? relative('', process.execPath) : 'node';
}

/** Further signals change nothing: a terminal and npm may both send one. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

/** Errors with a code are meant for people; others show where they come from. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!('code' in error)) return error.stack ?? error.message;
  const hint = error.code === 'DATA_DIR_IN_USE' ? ' STEPLEDGER_DATA_DIR names another one.' : '';
  return `${error.message}${hint}`;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
// An agent that waits for its LLM would keep a stopped server's process alive.
process.exit();
