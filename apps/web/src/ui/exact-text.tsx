import { Fragment } from 'react';
import { cn } from './cn.ts';

/** Characters that would hide, or turn the direction of what follows; tab and line feed are shown as they are. */
const HIDDEN =
  /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udfff]/gu;

/** A stored text as it is: nothing in it is acted on, and what cannot be seen is shown as its code. */
export function ExactText({ text, className }: { text: string; className?: string }) {
  return (
    <pre className={cn('font-mono text-xs wrap-anywhere whitespace-pre-wrap', className)} dir="ltr">
      <Visible text={text} />
    </pre>
  );
}

/** A text in a line, with the codes of what cannot be seen. */
export function Visible({ text }: { text: string }) {
  const parts: { at: number; plain: string; code: string | null }[] = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    const [character] = match;
    if (character === '\n' || character === '\t') continue;
    parts.push({ at: from, plain: text.slice(from, match.index), code: codeOf(character) });
    from = match.index + character.length;
  }
  parts.push({ at: from, plain: text.slice(from), code: null });
  return parts.map(({ at, plain, code }) => (
    <Fragment key={at}>
      {plain}
      {code !== null && <span className="rounded bg-warning-surface px-0.5 text-warning">{code}</span>}
    </Fragment>
  ));
}

function codeOf(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
