import { createStepledger, type LiveEntry } from '@stepledger/client';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, onTestFinished, test } from 'vitest';
import { PartNotLoaded } from '../lazy-part.ts';
import { createRenewal, hadNoAnswer, renewEarly } from './renewal.ts';

function openCache(): QueryClient {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 60_000 } } });
  onTestFinished(() => cache.clear());
  return cache;
}

/** Asks and goes on looking at the answer. */
function look(cache: QueryClient, queryKey: unknown[], queryFn: () => Promise<unknown>) {
  const observer = new QueryObserver(cache, { queryKey, queryFn });
  onTestFinished(observer.subscribe(() => undefined));
  return observer;
}

/** The only query of a cache, after it has failed so. */
async function failedBy(error: unknown) {
  const cache = openCache();
  await cache.prefetchQuery({ queryKey: ['any'], queryFn: () => Promise.reject(error) });
  const [query] = cache.getQueryCache().getAll();
  if (query === undefined) throw new Error('Nothing was asked');
  return query;
}

test('what was asked before entries were followed is asked again after its own answer, whatever others take', async () => {
  const cache = openCache();
  look(cache, ['slow'], () => new Promise(() => undefined));
  const answer = Promise.withResolvers<string>();
  let asked = 0;
  const quick = look(cache, ['quick'], () => {
    asked += 1;
    return asked === 1 ? answer.promise : Promise.resolve('late');
  });
  renewEarly(cache);
  answer.resolve('early');
  await expect.poll(() => quick.getCurrentResult().data).toBe('late');
  expect(asked).toBe(2);
});

test('what nobody looks at when entries are followed is asked again when somebody does', async () => {
  const cache = openCache();
  cache.setQueryData(['left'], 'early');
  renewEarly(cache);
  const left = look(cache, ['left'], () => Promise.resolve('late'));
  await expect.poll(() => left.getCurrentResult().data).toBe('late');
});

test('a question that found no server is told from a fault of the page', async () => {
  const nowhere = createStepledger({
    url: 'http://127.0.0.1',
    fetch: () => Promise.reject(new TypeError('fetch failed')),
    retry: false,
    spool: false,
  });
  const lost = await nowhere.system.health({}).catch((error: unknown) => error);
  expect(hadNoAnswer(await failedBy(lost))).toBe(true);
  expect(hadNoAnswer(await failedBy(new PartNotLoaded(new TypeError('Failed to fetch'))))).toBe(false);
  expect(hadNoAnswer(await failedBy(new TypeError('x is undefined')))).toBe(false);
});

test.each(['runs.overview', 'workflows.list'])('any entry may change what %s says', async (procedure) => {
  const cache = openCache();
  let asked = 0;
  look(cache, [procedure.split('.'), { input: {} }], () => {
    asked += 1;
    return Promise.resolve(asked);
  });
  await expect.poll(() => asked).toBe(1);
  const renewal = createRenewal(cache);
  onTestFinished(renewal.stop);
  renewal.add({ runId: 'r', changes: [] } as unknown as LiveEntry);
  await expect.poll(() => asked).toBe(2);
});
