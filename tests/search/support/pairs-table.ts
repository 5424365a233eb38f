import { CHAPTERS } from './pairs.ts';

/** The pairs as `docs/search.md` shows them: what finds a text, and what does not. */
export function toMarkdown(): string {
  return CHAPTERS.map(({ title, pairs }) => {
    const rows = pairs.map(
      ({ search, text, finds }) => `| ${code(search)} | ${code(text)} | ${finds ? 'yes' : '-'} |`,
    );
    return [`### ${title}`, '', '| search | text | found |', '|---|---|---|', ...rows].join('\n');
  }).join('\n\n');
}

function code(text: string): string {
  if (text === '') return '(nothing)';
  const shown = text.replaceAll('\0', '\\0').replaceAll('|', '\\|');
  return `\`${shown}\``;
}
