import { describeProcedures } from '@stepledger/api';
import { expect, test } from 'vitest';
import { createStepledger } from '../create-stepledger.ts';
import { isRead } from './features.ts';

test('reads and writes are told apart by the name of the method, as the API has them', () => {
  for (const { path, kind } of describeProcedures()) {
    expect(`${path} is a ${isRead(path.split('.')[1] ?? '') ? 'query' : 'mutation'}`).toBe(
      `${path} is a ${kind}`,
    );
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
