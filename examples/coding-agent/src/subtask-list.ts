export interface Subtask {
  key: string;
  title: string;
  /** The whole item as the model wrote it. */
  text: string;
}

const ITEM = /^[-*] \[([a-z0-9][a-z0-9-]{0,60})\] (\S.*?)\s*$/;

/**
 * Reads a list of `- [key] Title` items with indented lines below each.
 *
 * Throws an Error that says what is wrong with the answer, since a model may write anything.
 */
export function parseSubtaskList(answer: string): Subtask[] {
  const subtasks: Subtask[] = [];
  for (const line of answer.split(/\r?\n/)) {
    const [, key, title] = ITEM.exec(line) ?? [];
    if (key !== undefined && title !== undefined) {
      if (subtasks.some((other) => other.key === key)) throw new Error(`Two subtasks have the key ${key}`);
      subtasks.push({ key, title: toTitle(title), text: line });
    } else {
      const current = subtasks.at(-1);
      if (current !== undefined) current.text += `\n${line}`;
    }
  }
  if (subtasks.length === 0) throw new Error('The answer holds no line of the form "- [key] Title"');
  return subtasks.map(({ text, ...subtask }) => ({ ...subtask, text: text.trimEnd() }));
}

/** A title takes 200 characters and no control characters; the whole line stays in the text. */
function toTitle(title: string): string {
  const characters = [...title.replace(/\p{Cc}/gu, ' ').toWellFormed()];
  return characters.slice(0, 100).join('');
}
