import type { SearchHit, SearchPage } from '@stepledger/client';
import { formatCount, formatCountOf, formatWhen } from '../output/format.ts';
import type { Style } from '../output/style.ts';
import { visible, visibleLine } from '../output/visible.ts';
import { showDocumentRef, showStepRef } from '../refs/shown-refs.ts';
import type { Shell } from '../shell/shell.ts';

/** Where something was found, in words that other commands take, and the piece of text with what matched marked. */
export function renderHit(shell: Shell, hit: SearchHit): string {
  const { style } = shell.out;
  const head = [
    style('yellow', placeOf(shell, hit)),
    ...aboutOf(hit).map(visibleLine),
    style('dim', formatWhen(hit.at)),
  ];
  return `${head.join('  ')}\n${renderSnippet(hit.snippet, style)}`;
}

function placeOf(shell: Shell, hit: SearchHit): string {
  switch (hit.type) {
    case 'document':
      return showDocumentRef(shell, { ...hit, run: hit.run.key });
    case 'prompt':
      return visibleLine(`prompt ${hit.name}@${hit.version}`);
    case 'message':
      return `message ${hit.position + 1} of exchange ${hit.exchangeId}`;
    case 'response':
      return `response of exchange ${hit.exchangeId}`;
  }
}

function aboutOf(hit: SearchHit): string[] {
  if (hit.type === 'prompt') return hit.head ? [] : ['not the newest'];
  const where = [
    ...(hit.type === 'document' ? [] : [`run ${hit.run.key}`]),
    ...(hit.step === null ? [] : [`step ${showStepRef(hit.step)}`]),
  ];
  if (hit.type !== 'document') return where;
  return [
    ...(hit.title === hit.key ? [] : [JSON.stringify(hit.title)]),
    ...where,
    ...(hit.head ? [] : ['not the newest']),
  ];
}

/** Without colour, what matched stands in «»; both would be cut out of the text before it is made visible. */
function renderSnippet({ text, matches }: SearchHit['snippet'], style: Style): string {
  const marked = style(['bold', 'red'], '«') === '«';
  let shown = '';
  let end = 0;
  for (const [from, to] of matches) {
    const match = visible(text.slice(from, to));
    shown += `${visible(text.slice(end, from))}${marked ? `«${match}»` : style(['bold', 'red'], match)}`;
    end = to;
  }
  shown += visible(text.slice(end));
  return shown
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

/** How the matches are spread, for the next filter. */
export function renderFacets({ facets, corrections }: SearchPage, style: Style): string {
  const lines = corrections
    .filter(({ taken }) => taken.length > 0)
    .map(({ word, taken }) => visibleLine(`${word} was also taken for ${taken.join(', ')}`));
  if (facets !== null && facets.counted > 0) {
    lines.push(
      facets.estimated
        ? `more than ${formatCountOf(facets.counted, 'match', 'matches')}; of the newest:`
        : formatCountOf(facets.counted, 'match', 'matches'),
    );
    for (const name of ['type', 'kind', 'step', 'workflow'] as const) {
      const counts = facets[name].map(({ value, count }) => `${visibleLine(value)} ${formatCount(count)}`);
      if (counts.length > 0) lines.push(`  ${style('dim', `${name}:`)} ${counts.join(', ')}`);
    }
  }
  return lines.join('\n');
}
