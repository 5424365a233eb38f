import { randomUUID } from 'node:crypto';
import type { RunHandle, Stepledger } from '@stepledger/client';
import { API_VERSION } from '@stepledger/contract';
import { CliError } from '../shell/cli-error.ts';
import { explain } from '../shell/explain.ts';
import type { Shell } from '../shell/shell.ts';
import { VERSION } from '../version.ts';

export interface Check {
  name: string;
  ok: boolean;
  /** How long it took, in milliseconds. */
  ms: number;
  /** What was found; of a check that failed, what is wrong. */
  detail: string;
  /** What to do. */
  hint?: string;
}

/** Does one thing after the other, each on what those before it left, and stops at the first that fails. */
export async function* runChecks(shell: Shell): AsyncGenerator<Check> {
  const configured = await check('configuration', async () => describeConfig(shell));
  yield configured;
  if (!configured.ok) return;
  const { ledger } = shell;
  const stages: [string, () => Promise<string>][] = [
    ['server', () => checkHealth(ledger)],
    ['version', () => checkVersion(ledger)],
    ['project', () => checkProject(shell)],
  ];
  for (const [name, work] of stages) {
    const done = await check(name, work);
    yield done;
    if (!done.ok) return;
  }
  yield* checkRoundTrip(shell);
}

async function check(name: string, work: () => Promise<string>): Promise<Check> {
  const began = performance.now();
  const ms = () => Math.round((performance.now() - began) * 10) / 10;
  try {
    return { name, ok: true, detail: await work(), ms: ms() };
  } catch (error) {
    const { message, hint } = explain(error);
    return { name, ok: false, detail: message, ms: ms(), ...(hint !== undefined && { hint }) };
  }
}

async function describeConfig(shell: Shell): Promise<string> {
  const { config } = shell;
  const { url, project, actor, run, token, sources } = config;
  const shown = { server: url, project, actor, run, token: token === undefined ? undefined : '(given)' };
  const parts = Object.entries(shown)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value} (${sources[name === 'server' ? 'url' : name] ?? 'default'})`);
  try {
    // Made of the configuration, and refuses what is wrong in it.
    void shell.ledger;
  } catch (error) {
    const { message, hint } = explain(error);
    throw new CliError(`${message} (${parts.join(', ')})`, {
      cause: error,
      ...(hint !== undefined && { hint }),
    });
  }
  return parts.join(', ');
}

async function checkHealth(ledger: Stepledger): Promise<string> {
  const { database } = await ledger.system.health();
  if (!database.reachable) {
    throw new CliError('The server answers, but does not reach its database', {
      hint: "Look at the server's log and at DATABASE_URL; `pg_isready` tells whether PostgreSQL answers.",
    });
  }
  if (!database.migrated) {
    throw new CliError('The database is not as this server needs it', {
      hint: 'Restart the server: it brings the schema up to date when it starts.',
    });
  }
  return `${ledger.url} answers, database reachable and up to date`;
}

async function checkVersion(ledger: Stepledger): Promise<string> {
  const { stepledger, api, postgres, schema } = await ledger.system.version();
  if (api !== API_VERSION) {
    throw new CliError(`The server speaks version ${api} of the API, this command ${API_VERSION}`, {
      hint: `Use the command of the server's version: npx stepledger@${stepledger}`,
    });
  }
  const own = stepledger === VERSION ? '' : `; this command is ${VERSION}`;
  return `Stepledger ${stepledger}, API ${api}, PostgreSQL ${postgres}, schema ${schema}${own}`;
}

async function checkProject({ ledger, config }: Shell): Promise<string> {
  const { runs } = await ledger.system.stats();
  return `${config.project ?? 'the project of the key, or default'}: ${runs} runs`;
}

/** Writes a run of its own, reads it, finds it, and deletes it, whatever failed in between. */
async function* checkRoundTrip(shell: Shell): AsyncGenerator<Check> {
  const { ledger } = shell;
  const word = `doctor${randomUUID().replaceAll('-', '')}`;
  const text = `${word}: a document that stepledger doctor wrote to see whether all works\n`;
  const made: { run?: RunHandle } = {};
  try {
    const written = await check('write', async () => {
      made.run = await ledger.run({ key: word, goal: 'stepledger doctor' });
      const { version } = await made.run.step('doctor').documents.put({ kind: 'doctor', text });
      return `document doctor version ${version}`;
    });
    yield written;
    const { run } = made;
    if (!written.ok || run === undefined) return;
    yield await check('read', async () => {
      const document = await ledger.documents.get({ runId: run.id, kind: 'doctor', key: 'doctor' });
      if (document.text !== text) throw new CliError('What was read is not what was written');
      return 'the same text came back';
    });
    yield await check('search', async () => {
      const { items } = await ledger.search.query({ text: word });
      if (items.length === 0) {
        throw new CliError('The document was not found', {
          hint: '`stepledger search verify` tells what the index lacks, `stepledger search rebuild` makes it anew.',
        });
      }
      return 'found by a word of its text';
    });
  } finally {
    const { run } = made;
    if (run !== undefined) {
      yield await check('delete', async () => {
        await shell.connectForCleanUp().runs.delete({ runId: run.id });
        return 'the run is gone again';
      });
    }
  }
}
