import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatNumber } from '../../lib/words/format.ts';
import { Badge } from '../../ui/badge.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Loaded } from '../../ui/states.tsx';

/** How often it is asked again whether all is well. */
const RENEW_MS = 10_000;

/** Whether server and database are well, their versions, and what the project holds. */
export function ServerHealth() {
  const trpc = useTRPC();
  const health = useQuery(trpc.system.health.queryOptions({}, { refetchInterval: RENEW_MS }));
  const version = useQuery(trpc.system.version.queryOptions());
  const stats = useQuery(trpc.system.stats.queryOptions());
  return (
    <>
      <Loaded query={health}>
        {({ database }) => (
          <div className="flex flex-wrap gap-2">
            <Badge tone="success">server answers</Badge>
            <Badge tone={database.reachable ? 'success' : 'danger'}>
              {database.reachable ? 'database reachable' : 'database not reachable'}
            </Badge>
            <Badge tone={database.migrated ? 'success' : 'danger'}>
              {database.migrated ? 'schema up to date' : 'schema not up to date'}
            </Badge>
          </div>
        )}
      </Loaded>
      <Loaded query={version}>
        {({ stepledger, api, postgres, schema }) => (
          <Facts facts={{ Stepledger: stepledger, API: api, PostgreSQL: postgres, Schema: schema }} />
        )}
      </Loaded>
      <Loaded query={stats}>
        {({ countedUpTo, ...counts }) => (
          <Facts
            facts={Object.fromEntries(
              Object.entries(counts).map(([name, count]) => [
                name,
                `${formatNumber(count)}${count >= countedUpTo ? ' or more' : ''}`,
              ]),
            )}
          />
        )}
      </Loaded>
    </>
  );
}
