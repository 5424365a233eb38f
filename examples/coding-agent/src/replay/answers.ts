import { readFile } from 'node:fs/promises';
import { DEFAULT_IDEA, PROMPTS } from '../prompts.ts';

const ANSWERS = [
  { prompt: PROMPTS.requirement, file: 'answers/requirement.md' },
  { prompt: PROMPTS.design, file: 'answers/design.md' },
  { prompt: PROMPTS.subtasks, file: 'answers/subtasks.md' },
];

/**
 * Finds the answer that was written for these messages; null when there is none.
 *
 * The system message tells the step, and the user's must hold the idea that the answers are about: an answer
 * about another feature would look like a model that does not listen.
 */
export async function findAnswer(messages: { role: string; content: string }[]): Promise<string | null> {
  const system = messages.find(({ role }) => role === 'system')?.content;
  const user = messages.findLast(({ role }) => role === 'user')?.content;
  const known = ANSWERS.find(({ prompt }) => prompt.template[0]?.text === system);
  if (known === undefined || user?.includes(DEFAULT_IDEA) !== true) return null;
  return readFile(new URL(known.file, import.meta.url), 'utf8');
}
