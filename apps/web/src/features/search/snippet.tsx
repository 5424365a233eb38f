import type { SearchHit } from '@stepledger/client';
import { Fragment } from 'react';
import { VisiblePiece } from '../../ui/exact-text.tsx';

/** A piece of a stored text, with what matched marked in it. */
export function Snippet({ snippet: { text, matches } }: { snippet: SearchHit['snippet'] }) {
  const ends = [0, ...matches.map(([, end]) => end)];
  return (
    <bdi dir="ltr">
      {matches.map(([start, end], index) => (
        <Fragment key={start}>
          <VisiblePiece text={text.slice(ends[index], start)} />
          <mark className="rounded-sm bg-accent px-0.5 font-medium text-accent-foreground">
            <VisiblePiece text={text.slice(start, end)} />
          </mark>
        </Fragment>
      ))}
      <VisiblePiece text={text.slice(ends.at(-1))} />
    </bdi>
  );
}
