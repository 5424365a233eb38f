import { type Exchange, textOfExchange } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazyPart } from '../../lib/lazy-part.ts';
import { useLedger } from '../../lib/ledger/ledger.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Large } from '../../ui/large.tsx';
import { Part } from '../../ui/part.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { TextView } from '../../ui/text-view.tsx';
import { FormChoice } from './form-choice.tsx';
import { ReceivedView } from './received-view.tsx';
import { StoredBody } from './stored-body.tsx';
import { toStoredText } from './stored-bytes.ts';

const Markdown = lazyPart(async () => (await import('../../ui/markdown/markdown.tsx')).Markdown);
const route = getRouteApi('/exchanges/$exchangeId');

/** What the LLM answered: to be read, as it is stored, or byte by byte. */
export function ResponseView({ exchange }: { exchange: Exchange }) {
  const { form = 'readable' } = route.useSearch();
  const { response } = exchange;
  if (response === null) {
    return exchange.receivedBytes !== null ? (
      <ReceivedView exchange={exchange} />
    ) : (
      <Empty title="There is no response" />
    );
  }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="border-b px-3 py-1.5">
        <FormChoice forms={['readable', 'exact', 'bytes']} />
      </div>
      <div className="min-h-0 grow">
        {form === 'readable' ? (
          <Large bytes={response.size}>{() => <Answer exchange={exchange} />}</Large>
        ) : (
          <StoredBody blob={response} form={form} label="Response" />
        )}
      </div>
    </div>
  );
}

function Answer({ exchange }: { exchange: Exchange }) {
  const { ledger } = useLedger();
  const { response, attempts } = exchange;
  const query = useQuery({
    queryKey: ['answer', exchange.id, response?.id],
    queryFn: async ({ signal }) => {
      if (response === null) return '';
      if (response.encoding === 'binary') {
        return await textOfExchange({ response, responseText: null, attempts }, ledger.blobs, { signal });
      }
      return toStoredText(await ledger.blobs.get(response.id, { signal }), response.encoding) ?? '';
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
  });
  return (
    <Loaded query={query}>
      {(text) =>
        isJson(text) ? (
          <TextView label="Response" text={JSON.stringify(JSON.parse(text), null, 2)} />
        ) : (
          <div className="h-full overflow-auto">
            <div className="px-4 pt-3">
              <CopyButton text={text} label="Copy the answer" />
            </div>
            <Part>
              <Markdown text={text} hash={`answer ${response?.id}`} />
            </Part>
          </div>
        )
      }
    </Loaded>
  );
}

function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Then it is Markdown, or any text.
    return false;
  }
}
