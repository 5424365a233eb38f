import { useQuery } from '@tanstack/react-query';
import { toCallError } from '../../lib/ledger/call-error.ts';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { formatBytes, formatNumber } from '../../lib/words/format.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Loaded } from '../../ui/states.tsx';

/** What the database takes on disk. It is about all projects, so that a key of one may not see it. */
export function StorageTable() {
  const trpc = useTRPC();
  const query = useQuery(trpc.system.storage.queryOptions());
  if (toCallError(query.error)?.code === 'FORBIDDEN') {
    return (
      <p className="text-muted-foreground">Only an instance key, which sees all projects, may see this.</p>
    );
  }
  return (
    <Loaded query={query}>
      {({ databaseBytes, tables }) => (
        <>
          <p>The database takes {formatBytes(databaseBytes)}, with other projects and what is not ours.</p>
          <ScrollRegion aria-label="Tables" className="h-auto max-h-96 rounded-md border">
            <table className="w-full text-right tabular-nums">
              <thead className="bg-surface text-xs text-muted-foreground">
                <tr>
                  <th scope="col" className="px-3 py-2 text-left font-medium">
                    Table
                  </th>
                  {['Rows, about', 'Size', 'of it indexes'].map((header) => (
                    <th key={header} scope="col" className="px-3 py-2 font-medium">
                      {header}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {tables.map(({ name, estimatedRows, bytes, indexBytes }) => (
                  <tr key={name} className="border-t">
                    <th scope="row" className="px-3 py-1.5 text-left font-medium">
                      {name}
                    </th>
                    <td className="px-3 py-1.5">
                      {estimatedRows === null ? '–' : formatNumber(estimatedRows)}
                    </td>
                    <td className="px-3 py-1.5 whitespace-nowrap">{formatBytes(bytes)}</td>
                    <td className="px-3 py-1.5 whitespace-nowrap">{formatBytes(indexBytes)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollRegion>
        </>
      )}
    </Loaded>
  );
}
