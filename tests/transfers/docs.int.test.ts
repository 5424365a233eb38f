import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { transferLineSchema } from '@stepledger/contract';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { exported } from './support/files.ts';

const page = await readFile(resolve(import.meta.dirname, '../../docs/exchange-format.md'), 'utf8');

test('the example of the exchange format is imported, and exported as it stands there', async () => {
  await using server = await startTestServer();
  const example = /^```jsonl\n(.*?)^```$/ms.exec(page)?.[1] ?? '';
  const report = await server.ledger.import([example]);
  expect(report.units.run.created).toBe(1);
  expect(await exported(server.ledger, { run: 'todo-app' })).toBe(example);
});

test('the page says what every type of line is', () => {
  const types = transferLineSchema.options.map((option) => option.shape.type.value);
  const told = Array.from(page.matchAll(/^\| `(\w+)` \|/gm), ([, type]) => type);
  expect(told.toSorted()).toEqual(types.toSorted());
});
