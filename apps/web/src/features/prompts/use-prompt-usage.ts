import type { PromptUsage } from '@stepledger/client';
import { useEffect, useState } from 'react';
import { useLedger, useTRPC } from '../../lib/ledger/ledger.tsx';
import { pagesOf } from '../../lib/lists/pages-of.ts';
import { isUnread } from '../../lib/lists/row-pages.ts';
import { useRowPages } from '../../lib/lists/use-row-pages.ts';
import { renewEvery } from './renew-prompts.ts';

/** The exchanges of each version are counted. */
const PAGE_SIZE = 20;
/** A version comes at the top. Of older ones only a label may move, which no entry tells of. */
const RENEW_MS = 3_000;
const RENEW_OLDER_MS = 10_000;

/** The versions of a prompt, the newest first, with what came of each; older ones when they are asked for. */
export function usePromptUsage(name: string) {
  const trpc = useTRPC();
  const { ledger } = useLedger();
  const pages = pagesOf(trpc.prompts.usage, ledger.prompts.usage, { name });
  const list = useRowPages({
    input: { name },
    query: ({ cursor, limit }) => ({
      ...pages({ cursor, limit: Math.min(limit, PAGE_SIZE) }),
      refetchInterval: renewEvery(cursor === undefined ? RENEW_MS : RENEW_OLDER_MS),
    }),
    keyOf: ({ version }) => String(version),
  });
  const { data, onSight } = list;
  const [wanted, setWanted] = useState<string>();
  const rows = data?.rows ?? [];
  const last = Math.max(
    0,
    rows.findLastIndex((row) => row === wanted || !isUnread(row)),
  );
  useEffect(() => onSight(0, last), [onSight, last]);
  const end = rows.at(-1);
  return {
    list,
    usages: rows.flatMap((row): PromptUsage[] => {
      const usage = data?.items.get(row);
      return usage === undefined ? [] : [usage];
    }),
    hasOlder: end !== undefined && isUnread(end),
    isReadingOlder: end === wanted,
    readOlder: () => setWanted(end),
  };
}
