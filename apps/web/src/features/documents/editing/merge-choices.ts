import type { MergedText } from '@stepledger/client';

/** Whose lines stand in a place that both sides changed. */
export const CHOICES = ['mine', 'theirs', 'both'] as const;
export type Choice = (typeof CHOICES)[number];

/** The merged text with each conflict decided; mine where nothing is chosen. */
export function applyChoices(
  { text, conflicts }: MergedText,
  choices: readonly (Choice | undefined)[],
): string {
  const pieces: string[] = [];
  let done = 0;
  for (const [index, { at, ours, theirs }] of conflicts.entries()) {
    const choice = choices[index] ?? 'mine';
    pieces.push(text.slice(done, at));
    if (choice !== 'theirs') pieces.push(ours);
    if (choice !== 'mine') pieces.push(theirs);
    done = at + ours.length;
  }
  return pieces.join('') + text.slice(done);
}
