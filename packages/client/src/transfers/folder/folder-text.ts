/** One file of a folder: the names of the folders that it is in, and its own. */
export interface FolderFile {
  readonly path: readonly string[];
  /** Written as UTF-8 when it is a text. */
  readonly content: string | Uint8Array;
}

type Field = string | number | boolean | null | readonly string[];

/** YAML before a text, each value as JSON, which YAML reads. Nulls are left out. */
export function frontMatter(fields: Readonly<Record<string, Field>>): string {
  const lines = Object.entries(fields).flatMap(([name, value]) =>
    value === null ? [] : `${name}: ${JSON.stringify(value)}`,
  );
  return `---\n${lines.join('\n')}\n---\n`;
}

/** A name inside of Markdown, which is shown as it is whatever stands in it. */
export function code(name: string): string {
  const longest = Math.max(0, ...(name.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 || name.trim() !== name ? `${fence} ${name} ${fence}` : `${fence}${name}${fence}`;
}

/** A text inside of Markdown as a block that nothing in it can end. */
export function block(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}\n`;
}

/** A link to a file of the folder; its names need no escape. */
export function link(text: string, path: readonly string[]): string {
  return `[${code(text)}](${path.join('/')})`;
}

/** Without lone surrogates, which no UTF-8 holds: a folder is for reading, the exact text is in an export. */
export function readable(text: string): string {
  return text.toWellFormed();
}
