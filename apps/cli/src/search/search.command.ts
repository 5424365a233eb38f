import type { RouterInputs, SearchPage } from '@stepledger/client';
import { Command, Option } from 'commander';
import { withPagedShell } from '../output/paged-shell.ts';
import { resolveRun } from '../refs/resolve-refs.ts';
import { toCount, toInstant } from '../shell/option-values.ts';
import type { Shell } from '../shell/shell.ts';
import { renderFacets, renderHit } from './render-hit.ts';

type Input = RouterInputs['search']['query'];
type Filter = NonNullable<Input['filter']>;

interface SearchOptions extends Pick<Filter, 'kind' | 'step' | 'workflow' | 'status' | 'since' | 'until'> {
  in?: NonNullable<Input['in']>;
  tag?: string[];
  mode?: Input['mode'];
  order?: Input['order'];
  allVersions?: true;
  number: number;
  all?: true;
  facets?: true;
}

const MAX_PAGE = 100;
const DEFAULT_HITS = 20;

export function createSearchCommand(shell: Shell): Command {
  return new Command('search')
    .description('Find documents, prompts and responses by what is in them.')
    .argument('<text...>', 'words, "phrases", -not, OR')
    .hook('preAction', (search, command) => {
      if (command !== search) handDown(search, command);
    })
    .addOption(
      new Option('--in <what...>', 'where to look; everywhere if left out').choices([
        'documents',
        'prompts',
        'responses',
      ]),
    )
    .option('--kind <kind>', 'documents of this kind')
    .option('--tag <tag...>', 'documents with all of these tags')
    .option('--status <status>', 'documents of this status')
    .option('--step <name>', 'of steps of this name')
    .option('--workflow <name>', 'of runs of this workflow')
    .option('--since <time>', 'written at this time or later', toInstant)
    .option('--until <time>', 'written before this time', toInstant)
    .addOption(new Option('--mode <mode>', 'how the text is understood').choices(['full', 'exact', 'fuzzy']))
    .addOption(new Option('--order <order>', 'newest first, or the best first').choices(['newest', 'ranked']))
    .option('--all-versions', 'also versions that are not the newest any more')
    .option('-n, --number <n>', 'at most so many hits', toCount, DEFAULT_HITS)
    .option('--all', 'every hit')
    .option('--facets', 'only how many there are by type, kind, step and workflow')
    .addHelpText(
      'after',
      `
Without --run it is all runs; --run KEY searches one. Put a text that begins with a dash behind "--", and the words query,
verify and rebuild alone in quotation marks, '"query"', since these are commands.

Examples:
  stepledger search login page
  stepledger search '"login page" -password' --in documents --kind design
  stepledger search authentcation --mode fuzzy --run todo-app
  stepledger search 'const user = await' --mode exact --all --json`,
    )
    .action((words: string[], options: SearchOptions) => search(shell, words.join(' '), options));
}

/**
 * Gives the commands of the API that stand below this one their options: of `search query --mode exact`, commander takes
 * `--mode` for this command's own.
 */
function handDown(search: Command, command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (search.getOptionValueSource(name) !== 'cli') continue;
    command.setOptionValueWithSource(name, search.getOptionValue(name), 'cli');
  }
}

async function search(shell: Shell, text: string, options: SearchOptions): Promise<void> {
  const { out, ledger } = shell;
  const wanted = options.all ? Number.POSITIVE_INFINITY : options.number;
  const pages = ledger.search.query({
    ...(await toInput(shell, text, options)),
    limit: Math.min(wanted, MAX_PAGE),
  });
  const first = await pages;
  if (options.facets) return out.result(first.facets, () => renderFacets(first, out.style));
  const hits = await withPagedShell(shell, async (paged) => {
    let shown = 0;
    for await (const hit of pages) {
      if (shown === wanted) return { shown, more: true };
      shown += 1;
      await paged.out.item(hit, () => renderHit(paged, hit));
    }
    return { shown, more: false };
  });
  if (hits !== null && !out.json) tellAbout(shell, first, hits);
}

/** What a reader should know beside the hits; on standard error, so that hits can be counted and cut. */
function tellAbout(
  { out }: Shell,
  page: SearchPage,
  { shown, more }: { shown: number; more: boolean },
): void {
  if (shown === 0) out.say('Nothing was found.');
  else out.say(renderFacets(page, (_format, text) => text));
  if (more) out.say('There is more: -n 100 or --all shows it.');
  if (page.ranking?.complete === false) {
    out.say(`Only the newest ${page.ranking.compared} matches were compared for the order.`);
  }
  if (!page.complete) out.warn('Older texts are still being indexed; there may be more.');
}

/** A run is searched that was named with this command; the configured one is not what a search is for. */
async function toInput(shell: Shell, text: string, options: SearchOptions): Promise<Omit<Input, 'limit'>> {
  const { kind, step, workflow, status, since, until, tag } = options;
  const named = shell.config.sources['run'] === '--run';
  const filter: Filter = {
    kind,
    step,
    workflow,
    status,
    since,
    until,
    tags: tag,
    ...(named && { run: await resolveRun(shell, undefined) }),
  };
  return {
    text,
    in: options.in,
    filter,
    mode: options.mode,
    order: options.order,
    versions: options.allVersions ? 'all' : 'head',
  };
}
