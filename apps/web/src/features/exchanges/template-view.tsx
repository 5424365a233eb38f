import type { Exchange, Prompt } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { unchanging } from '../../lib/ledger/unchanging.ts';
import { formatNumber } from '../../lib/words/format.ts';
import { toVisible } from '../../lib/words/visible.ts';
import { NameBadge } from '../../ui/badge.tsx';
import { Visible, VisiblePiece } from '../../ui/exact-text.tsx';
import { Loading, QueryFailure } from '../../ui/states.tsx';
import { PromptLink } from '../prompts/prompt-link.tsx';
import { BoundedText } from './bounded-text.tsx';
import { toTemplateParts } from './template-parts.ts';

export interface TemplateViewProps {
  prompt: NonNullable<Exchange['prompt']>;
  variables: Exchange['variables'];
}

/** The template that the messages were made of, with the places of its variables, and what was put there. */
export function TemplateView({ prompt, variables }: TemplateViewProps) {
  const trpc = useTRPC();
  const { name, version } = prompt;
  const query = useQuery(unchanging(trpc.prompts.get.queryOptions({ name, version })));
  const { data } = query;
  return (
    <section className="grid gap-3 p-3">
      <h2 className="font-semibold">
        Template <PromptLink prompt={prompt} />
      </h2>
      {data !== undefined ? (
        data.template.map((message, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an immutable list, of which two items may be the same.
          <TemplateMessage key={index} message={message} syntax={data.syntax} />
        ))
      ) : query.isPending ? (
        <Loading />
      ) : (
        <QueryFailure query={query} />
      )}
      {variables !== null && (
        <>
          <h3 className="font-medium">Variables</h3>
          <Variables variables={variables} />
        </>
      )}
    </section>
  );
}

/** A longer one is shown without its variables marked. */
const MAX_MARKED_LENGTH = 256 * 1024;

function TemplateMessage({ message, syntax }: { message: Prompt['template'][number]; syntax: string }) {
  const { role, text } = message;
  return (
    <div>
      <NameBadge text={role} />
      {text.length > MAX_MARKED_LENGTH ? (
        <BoundedText label="Template" text={text} />
      ) : (
        <pre className="mt-1 font-mono text-xs break-words whitespace-pre-wrap" dir="ltr">
          {toTemplateParts(text, syntax).map((part) =>
            part.variable === null ? (
              <VisiblePiece key={part.at} text={part.text} />
            ) : (
              <mark key={part.at} className="rounded bg-accent px-0.5 text-accent-foreground">
                <VisiblePiece text={part.text} />
              </mark>
            ),
          )}
        </pre>
      )}
    </div>
  );
}

/** What was put into the template, by name; opened one by one, as each may be long. */
export function Variables({ variables }: { variables: Record<string, string> }) {
  return (
    <ul className="grid gap-1">
      {Object.entries(variables).map(([name, text]) => (
        <li key={name}>
          <details className="rounded border px-2 py-1">
            <summary className="cursor-pointer">
              <mark className="rounded bg-accent px-1 text-accent-foreground">
                <Visible text={name} />
              </mark>{' '}
              <span className="text-xs text-muted-foreground">{formatNumber(text.length)} characters</span>
            </summary>
            <BoundedText label={`Variable ${toVisible(name)}`} text={text} />
          </details>
        </li>
      ))}
    </ul>
  );
}
