import { Fragment } from 'react';
import { toVisibleParts } from '../lib/words/visible.ts';
import { cn } from './cn.ts';

/** A stored text as it is: nothing in it is acted on, and what cannot be seen is shown as its code. */
export function ExactText({ text, className }: { text: string; className?: string }) {
  return (
    <pre className={cn('font-mono text-xs wrap-anywhere whitespace-pre-wrap', className)} dir="ltr">
      <VisiblePiece text={text} />
    </pre>
  );
}

/** A text in a line, with the codes of what cannot be seen. It is read from the left, and turns nothing beside it. */
export function Visible({ text }: { text: string }) {
  return (
    <bdi dir="ltr">
      <VisiblePiece text={text} />
    </bdi>
  );
}

/** The same of a piece of a text, whose direction is that of the whole. */
export function VisiblePiece({ text }: { text: string }) {
  return toVisibleParts(text).map((part) =>
    part.isCode ? (
      <span key={part.at} className="rounded bg-warning-surface px-0.5 text-warning">
        {part.text}
      </span>
    ) : (
      <Fragment key={part.at}>{part.text}</Fragment>
    ),
  );
}
