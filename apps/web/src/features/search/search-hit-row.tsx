import type { SearchHit } from '@stepledger/client';
import { Link } from '@tanstack/react-router';
import { formatDocument, formatStep } from '../../lib/words/format.ts';
import { Ago } from '../../ui/ago.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { PageLink } from '../../ui/page-link.tsx';
import { hitHref } from './hit-target.ts';
import { Snippet } from './snippet.tsx';

/** What was found, where, and the words around it. */
export function SearchHitRow({ hit }: { hit: SearchHit }) {
  return (
    <div className="grid gap-1 border-b px-4 py-2.5">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <Badge>{hit.type}</Badge>
        <PageLink
          href={hitHref(hit)}
          className="min-w-0 font-medium break-words text-primary hover:underline"
        >
          <Visible text={hit.title} />
        </PageLink>
        <HitPlace hit={hit} />
        <Ago time={hit.at} className="ml-auto" />
      </div>
      <p className="break-words whitespace-pre-wrap text-muted-foreground">
        <Snippet snippet={hit.snippet} />
      </p>
    </div>
  );
}

function HitPlace({ hit }: { hit: SearchHit }) {
  if (hit.type === 'prompt') return <Version version={hit.version} head={hit.head} />;
  return (
    <span className="flex min-w-0 flex-wrap items-baseline gap-x-3 text-xs text-muted-foreground">
      {hit.type === 'document' && (
        <span>
          <Visible text={formatDocument(hit)} /> <Version version={hit.version} head={hit.head} />
        </span>
      )}
      {hit.type === 'message' && <span>message {hit.position + 1}</span>}
      <span>
        in{' '}
        <Link to="/runs/$run" params={{ run: hit.run.key }} className="text-primary hover:underline">
          <Visible text={hit.run.key} />
        </Link>
      </span>
      {hit.step !== null && (
        <span>
          <Visible text={formatStep(hit.step)} />
        </span>
      )}
    </span>
  );
}

function Version({ version, head }: { version: number; head: boolean }) {
  return (
    <span className="text-xs text-muted-foreground">
      v{version}
      {!head && ', not the newest'}
    </span>
  );
}
