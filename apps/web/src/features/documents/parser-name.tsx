import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { Visible } from '../../ui/exact-text.tsx';

/** Which parser made it, and at which of its attempts on the exchange. */
export function ParserName({ exchangeId, parseId }: { exchangeId: string; parseId: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.exchanges.get.queryOptions({ exchangeId, withPrompt: false, withResponse: false }),
  );
  const parse = data?.parses.find(({ id }) => id === parseId);
  if (parse === undefined) return <code>{parseId.slice(-6)}</code>;
  return (
    <>
      <Visible text={`${parse.parser}@${parse.parserVersion}`} />
      {parse.attempt > 1 && `, attempt ${parse.attempt}`}
    </>
  );
}
