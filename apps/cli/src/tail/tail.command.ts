import { isLedgerError, type Run } from '@stepledger/client';
import { Command, InvalidArgumentError } from 'commander';
import type { EntryFilter } from '../entries/entry-filter.ts';
import { withPager } from '../output/pager.ts';
import { isId, parseStepFilter } from '../refs/parse-refs.ts';
import { usageError } from '../shell/cli-error.ts';
import type { Shell } from '../shell/shell.ts';
import { createPrinter } from './entry-printer.ts';
import { follow } from './follow.ts';
import { findNow } from './live-feed.ts';
import { type Beginning, findBeginning, listEntries, readProjectPast } from './read-past.ts';

const DEFAULT_LINES = 10;
/** As many as are looked at at most. */
const MAX_LINES = 10_000;

interface TailOptions {
  all?: true;
  from?: number;
  lines?: number;
  since?: string;
  step?: { name: string; key: string | null };
  kind?: string;
  errors?: true;
  follow: boolean;
}

export function createTailCommand(shell: Shell): Command {
  return (
    new Command('tail')
      .description('Follow what is written to a run, or to all runs of the project, as it happens.')
      .argument('[run]', 'key or id of a run; the one of --run, else the whole project')
      .option('--all', 'the whole project, also where a run is set by --run or STEPLEDGER_RUN')
      .option(
        '-n, --lines <n>',
        `so many entries of the past first (default ${DEFAULT_LINES})`,
        toNumber(0, MAX_LINES),
      )
      .option('--from <revision>', 'from this revision of the run on', toNumber(1, 2_147_483_647))
      .option(
        '--since <time>',
        'what was written after this time, such as 2026-11-27T10:00:00Z or 15m',
        toTime,
      )
      .option(
        '--step <name[:key]>',
        'only entries of this step; of all steps of a name without a key',
        parseStepFilter,
      )
      .option('--kind <kind>', 'only this kind of entry (documents.put, exchanges) or of document (design)')
      // Elsewhere it is who does something; here nothing is done.
      .option('--actor <name>', 'only what this actor did')
      .option('--errors', 'only what went wrong')
      .option('--no-follow', 'only the past, then end')
      .addHelpText('after', HELP)
      .action(async (run: string | undefined, options: TailOptions) => {
        try {
          await tail(shell, run, options);
        } catch (error) {
          // Ctrl-C is how one leaves, also while the beginning is still looked for.
          const isLeft = options.follow && shell.signal.aborted && isLedgerError(error, 'ABORTED');
          if (!isLeft) throw error;
        }
      })
  );
}

const HELP = `
On a terminal: space or p pauses and goes on, / shows only lines with a text, q or Ctrl-C ends.
A server that is restarted is waited for; every entry comes once.

Examples:
  stepledger tail
  stepledger tail todo-app -n 100
  stepledger tail todo-app --step code_review --errors
  stepledger tail --all --since 15m --no-follow
  stepledger tail todo-app --from 1 --json | jq -c '[.revision, .kind]'`;

async function tail(shell: Shell, ref: string | undefined, options: TailOptions): Promise<void> {
  const named = options.all === true ? undefined : (ref ?? shell.config.run);
  if (ref !== undefined && options.all === true) throw usageError('Name a run or --all, not both');
  if (options.from !== undefined && named === undefined) {
    throw usageError('--from needs a run', 'Revisions are numbers of one run; --since goes across runs.');
  }
  const { step, kind, errors } = options;
  // The flag that elsewhere says who does it: here nothing is done.
  const { actor, sources } = shell.config;
  const isAsked = actor !== undefined && sources['actor'] === '--actor';
  const filter: EntryFilter = {
    ...(step && { step }),
    ...(kind !== undefined && { kind }),
    ...(isAsked && { actor }),
    ...(errors && { errors }),
  };
  const what = { filter, beginning: toBeginning(options) };
  if (named === undefined) return tailProject(shell, what, options.follow);
  const run = await shell.ledger.runs.get(isId(named) ? { runId: named } : { key: named });
  return tailRun(shell, run, { ...what, follows: options.follow });
}

interface What {
  filter: EntryFilter;
  beginning: Beginning;
}

async function tailRun(
  shell: Shell,
  run: Run,
  { follows, ...what }: What & { follows: boolean },
): Promise<void> {
  const fromRevision = await findBeginning(shell, run, what);
  if (follows)
    return follow(shell, { begin: { runId: run.id, fromRevision }, past: [], filter: what.filter });
  await withPager(shell, async (out) => {
    const printer = createPrinter(shell.ledger, out, what.filter);
    for await (const entry of listEntries(shell, { run, fromRevision, withDetails: true }))
      await printer.print(entry);
  });
}

async function tailProject(shell: Shell, { filter, beginning }: What, follows: boolean): Promise<void> {
  if ('from' in beginning) throw new Error('A revision is of a run');
  const read = () => readProjectPast(shell, { beginning, filter });
  if (follows) {
    // The place first, so that nothing falls between the past and what comes.
    const lastEventId = await findNow(shell.ledger, shell.signal);
    return follow(shell, { begin: { lastEventId }, past: await read(), filter });
  }
  const past = await read();
  await withPager(shell, async (out) => {
    const printer = createPrinter(shell.ledger, out, filter);
    for (const entry of past) await printer.print(entry);
  });
}

function toBeginning({ from, since, lines }: TailOptions): Beginning {
  const given = { from, since, lines };
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]));
  if (names.length > 1) throw usageError(`Give one of ${names.join(' and ')}`);
  if (from !== undefined) return { from };
  if (since !== undefined) return { since };
  return { lines: lines ?? DEFAULT_LINES };
}

function toNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

const UNITS_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function toTime(text: string): string {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const time =
    count === undefined ? new Date(text) : new Date(Date.now() - Number(count) * (UNITS_MS[unit] ?? 0));
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new InvalidArgumentError(
    'It must be a time such as 2026-11-27T10:00:00Z, or an age such as 30s, 15m, 2h, 1d.',
  );
}
