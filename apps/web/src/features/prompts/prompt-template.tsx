import type { Prompt } from '@stepledger/client';
import { Ago } from '../../ui/ago.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Visible, VisiblePiece } from '../../ui/exact-text.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Large } from '../../ui/large.tsx';
import { toTemplateParts } from '../exchanges/template-parts.ts';

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
          <Large bytes={text.length}>
            {() => (
              <pre className="p-3 font-mono text-xs break-words whitespace-pre-wrap" dir="ltr">
                <MarkedTags text={text} syntax={syntax} />
              </pre>
            )}
          </Large>
        </section>
      ))}
    </div>
  );
}

/** A template with its tags marked. */
function MarkedTags({ text, syntax }: { text: string; syntax: string }) {
  return toTemplateParts(text, syntax).map(({ at, text: part, variable }) =>
    variable === null ? (
      <VisiblePiece key={at} text={part} />
    ) : (
      <mark key={at} className="rounded-sm bg-accent px-0.5 text-accent-foreground">
        <VisiblePiece text={part} />
      </mark>
    ),
  );
}
