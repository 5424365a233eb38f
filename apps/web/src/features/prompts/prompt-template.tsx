import type { Prompt } from '@stepledger/client';
import { Fragment } from 'react';
import { Ago } from '../../ui/ago.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Facts } from '../../ui/facts.tsx';

/** The messages of a template, with the places of its variables marked. */
export function PromptTemplate({ prompt }: { prompt: Prompt }) {
  const { template, syntax, parameters, note, createdAt } = prompt;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 p-4">
      <Facts
        facts={{
          Syntax: <Visible text={syntax} />,
          Parameters: parameters.length === 0 ? null : <Visible text={parameters.join(', ')} />,
          Saved: <Ago time={createdAt} />,
          Note: note === null ? null : <Visible text={note} />,
        }}
      />
      {template.map(({ role, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages have no name but their place.
        <section key={index} aria-label={`Message ${index + 1}`} className="rounded-md border">
          <div className="border-b bg-surface px-3 py-1.5">
            <Badge>
              <Visible text={role} />
            </Badge>
          </div>
          <pre className="p-3 font-mono text-xs break-words whitespace-pre-wrap" dir="ltr">
            <MarkedTags text={text} isMarked={syntax === 'mustache'} />
          </pre>
        </section>
      ))}
    </div>
  );
}

/** A tag of mustache; only to colour it, the renderer decides what it is. */
const TAG = /\{\{\{[^{}]{1,300}\}\}\}|\{\{[^{}]{1,300}\}\}/g;
/** Tags that are coloured; each is an element of the page. */
const MAX_TAGS = 1000;

function MarkedTags({ text, isMarked }: { text: string; isMarked: boolean }) {
  if (!isMarked) return <Visible text={text} />;
  const parts: { at: number; plain: string; tag: string }[] = [];
  let from = 0;
  for (const match of text.matchAll(TAG)) {
    if (parts.length === MAX_TAGS) break;
    parts.push({ at: from, plain: text.slice(from, match.index), tag: match[0] });
    from = match.index + match[0].length;
  }
  return (
    <>
      {parts.map(({ at, plain, tag }) => (
        <Fragment key={at}>
          <Visible text={plain} />
          <mark className="rounded-sm bg-accent px-0.5 text-accent-foreground">
            <Visible text={tag} />
          </mark>
        </Fragment>
      ))}
      <Visible text={text.slice(from)} />
    </>
  );
}
