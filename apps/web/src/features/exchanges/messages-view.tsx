import type { Exchange, Message } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { unchanging } from '../../lib/ledger/unchanging.ts';
import { formatNumber } from '../../lib/words/format.ts';
import { Badge, NameBadge } from '../../ui/badge.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Loaded } from '../../ui/states.tsx';
import { VirtualList } from '../../ui/virtual-list.tsx';
import { BoundedText } from './bounded-text.tsx';
import { FormChoice } from './form-choice.tsx';
import { toReadable } from './readable-json.ts';
import { TemplateView, Variables } from './template-view.tsx';
import { UsedDocuments } from './used-documents.tsx';

const route = getRouteApi('/exchanges/$exchangeId');

/** The messages as they were sent, beside the template that they were made of. */
export function MessagesView({ exchange }: { exchange: Exchange }) {
  const trpc = useTRPC();
  const { form = 'readable' } = route.useSearch();
  const query = useQuery(
    unchanging(
      trpc.exchanges.get.queryOptions({ exchangeId: exchange.id, withPrompt: true, withResponse: false }),
    ),
  );
  return (
    <Loaded query={query}>
      {({ messages, variables, uses }) => (
        <div className="flex h-full min-h-0 flex-col xl:flex-row">
          <div className="flex min-h-0 min-w-0 flex-1 flex-col">
            <div className="border-b px-3 py-1.5">
              <FormChoice forms={['readable', 'exact']} />
            </div>
            <VirtualList
              label="Messages"
              items={messages.map((message, index) => ({ message, index }))}
              keyOf={({ index }) => String(index)}
              rowHeight={200}
            >
              {({ message, index }) => (
                <MessageView message={message} number={index + 1} isExact={form !== 'readable'} />
              )}
            </VirtualList>
          </div>
          {(exchange.prompt !== null || variables !== null || uses.length > 0) && (
            <div className="min-h-0 min-w-0 flex-1 overflow-auto border-t xl:border-t-0 xl:border-l">
              {exchange.prompt !== null && <TemplateView prompt={exchange.prompt} variables={variables} />}
              {exchange.prompt === null && variables !== null && (
                <section className="p-3">
                  <h2 className="mb-2 font-semibold">Variables</h2>
                  <Variables variables={variables} />
                </section>
              )}
              {uses.length > 0 && <UsedDocuments uses={uses} />}
            </div>
          )}
        </div>
      )}
    </Loaded>
  );
}

interface MessageViewProps {
  message: Message;
  number: number;
  isExact: boolean;
}

function MessageView({ message, number, isExact }: MessageViewProps) {
  const { role, content, format } = message;
  const text = isExact || format === 'text' ? content : toReadable(content);
  return (
    <article aria-label={`Message ${number}`} className="border-b p-3">
      <div className="mb-1 flex flex-wrap items-center gap-2 text-xs">
        <span className="text-muted-foreground">{number}</span>
        <NameBadge tone="accent" text={role} />
        {format === 'json' && <Badge>JSON</Badge>}
        <span className="text-muted-foreground">{formatNumber(content.length)} characters</span>
        <span className="ml-auto">
          <CopyButton text={content} />
        </span>
      </div>
      <BoundedText label={`Text of message ${number}`} text={text} />
    </article>
  );
}
