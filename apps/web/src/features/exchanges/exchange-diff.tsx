import type { Exchange } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { EXCHANGE_PARTS as PARTS, present } from '../../app/search-params.ts';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatTime } from '../../lib/words/format.ts';
import { toVisible } from '../../lib/words/visible.ts';
import { Button } from '../../ui/button.tsx';
import { Input, Select } from '../../ui/input.tsx';
import { TextPatch } from '../../ui/patch/patch.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { ExchangeLink } from './exchange-link.tsx';

const route = getRouteApi('/exchanges/$exchangeId');

/** What was asked and answered differently than in another exchange. */
export function ExchangeDiff({ exchange }: { exchange: Exchange }) {
  const { with: other } = route.useSearch();
  return (
    <div className="flex h-full flex-col">
      <OtherChoice exchange={exchange} other={other} />
      {other === undefined ? (
        <Empty title="Choose another exchange">
          What differs in messages, model, parameters and response is shown then.
        </Empty>
      ) : (
        <Differences otherId={other} exchangeId={exchange.id} />
      )}
    </div>
  );
}

function OtherChoice({ exchange, other }: { exchange: Exchange; other: string | undefined }) {
  const trpc = useTRPC();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(other ?? '');
  const { data, isError } = useQuery(
    trpc.exchanges.list.queryOptions({
      runId: exchange.runId,
      step: { name: exchange.step.name },
      limit: 200,
    }),
  );
  const choose = (id: string) =>
    void navigate({ search: (now) => present({ ...now, with: id || undefined }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    choose(typed.trim());
  };
  const same = data?.items.filter(({ id }) => id !== exchange.id) ?? [];
  return (
    <div className="flex flex-wrap items-center gap-3 border-b p-3">
      <label className="flex items-center gap-2">
        Of the same step
        <Select
          value={same.some(({ id }) => id === other) ? other : ''}
          onChange={({ target }) => {
            setTyped(target.value);
            choose(target.value);
          }}
        >
          <option value="">
            {isError ? 'not loaded' : data && same.length === 0 ? 'there is no other' : 'choose'}
          </option>
          {same.map(({ id, openedAt, openedRevision, model, status }) => (
            <option key={id} value={id}>
              revision {openedRevision} · {status} · {toVisible(model ?? '')} · {formatTime(openedAt)}
            </option>
          ))}
        </Select>
      </label>
      <form onSubmit={submit} className="flex items-center gap-2">
        <label className="flex items-center gap-2">
          or by its id
          <Input
            className="w-72 font-mono text-xs"
            required
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        </label>
        <Button type="submit">Compare</Button>
      </form>
      {other !== undefined && <ExchangeLink exchangeId={other}>Open the other</ExchangeLink>}
    </div>
  );
}

function Differences({ otherId, exchangeId }: { otherId: string; exchangeId: string }) {
  const trpc = useTRPC();
  // Either may still be open, so it may yet change.
  const options = { gcTime: 30_000 };
  const before = useQuery(trpc.exchanges.get.queryOptions({ exchangeId: otherId }, options));
  const after = useQuery(trpc.exchanges.get.queryOptions({ exchangeId }, options));
  const { part = 'messages' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Loaded query={before}>
      {(theirs) => (
        <Loaded query={after}>
          {(ours) => (
            <>
              <fieldset className="flex gap-1 border-b px-3 py-1.5">
                <legend className="sr-only">Compare</legend>
                {PARTS.map((each) => (
                  <Button
                    key={each}
                    size="small"
                    variant={part === each ? 'outline' : 'ghost'}
                    aria-pressed={part === each}
                    onClick={() =>
                      void navigate({ search: (now) => ({ ...now, part: each }), replace: true })
                    }
                  >
                    {each === 'messages' ? 'Messages' : 'Response'}
                  </Button>
                ))}
              </fieldset>
              <div className="min-h-0 grow">
                <TextPatch
                  key={part}
                  label={part === 'messages' ? 'Differences of the messages' : 'Differences of the response'}
                  name={`${theirs.id} ${ours.id} ${part}`}
                  before={toText(theirs, part)}
                  after={toText(ours, part)}
                />
              </div>
            </>
          )}
        </Loaded>
      )}
    </Loaded>
  );
}

function toText(exchange: Exchange, part: (typeof PARTS)[number]): string {
  if (part === 'response') return exchange.responseText ?? '';
  const { model, parameters, messages } = exchange;
  const asked = messages.map(({ role, content }) => `── ${role} ──\n${content}\n`);
  return [`model: ${model ?? ''}\nparameters: ${JSON.stringify(parameters)}\n`, ...asked].join('\n');
}
