import { describeProcedures } from '@stepledger/api';
import { expect, test } from 'vitest';
import { createStepledger } from '../create-stepledger.ts';
import { isRead, isSubscription } from './features.ts';

test('reads, writes and subscriptions are told apart by the name of the method, as the API has them', () => {
  for (const { path, kind } of describeProcedures()) {
    const method = path.split('.')[1] ?? '';
    const told = isSubscription(method) ? 'subscription' : isRead(method) ? 'query' : 'mutation';
    expect(`${path} is a ${told}`).toBe(`${path} is a ${kind}`);
  }
});

test('a ledger can be awaited, printed and compared without a call', async () => {
  const ledger = createStepledger({ url: 'http://localhost:4400' });

  expect(await ledger).toBe(ledger);
  expect(await ledger.documents).toBe(ledger.documents);
  expect(`${ledger}`).toBe('[object Object]');
  expect(`${ledger.documents}`).toBe('[object Object]');
  expect(JSON.parse(JSON.stringify(ledger))).toMatchObject({ url: 'http://localhost:4400' });
  expect(ledger.documents.get).toBe(ledger.documents.get);
});
