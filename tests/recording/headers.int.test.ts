import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createStepledger, type ResponseHeader } from '@stepledger/client';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { dumpFinds } from '../cli/support/record/dump.ts';
import { readExchanges } from './sdks/support/stored.ts';
import { makeSpoolDirectory, readSpool } from './support/spool-directory.ts';
import { startStoppableServer } from './support/stoppable-server.ts';

const ANSWER = JSON.stringify({ model: 'gpt-5', choices: [{ message: { content: 'Hi' } }] });

/** An LLM that is overloaded at first, with headers more than once and credentials among them. */
async function startLlm() {
  let requests = 0;
  const http = createServer((_, response) => {
    requests += 1;
    const number = `${requests}`;
    response.writeHead(requests === 1 ? 429 : 200, [
      ...[
        'Content-Type',
        'application/json',
        'Via',
        '1.1 one',
        'Set-Cookie',
        'a=s3cret',
        'X-Request-Id',
        number,
      ],
      ...['Via', '1.1 two', 'Set-Cookie', 'b=s3cret', 'X-Auth-Token', 's3cret', 'X-Odd', 'caf\xe9 <b>'],
      ...['Content-Location', 'https://user:s3cret@llm.example/a?sig=s3cret'],
    ]);
    response.end(requests === 1 ? '{"error":{}}' : ANSWER);
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1/chat/completions`,
    async [Symbol.asyncDispose]() {
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
    },
  };
}

/** As `fetch` shows them, and without what Node adds. */
const wanted = (number: number): ResponseHeader[] => [
  { name: 'content-location', value: 'https://llm.example/a' },
  { name: 'content-type', value: 'application/json' },
  { name: 'via', value: '1.1 one, 1.1 two' },
  { name: 'x-odd', value: 'caf\xe9 <b>' },
  { name: 'x-request-id', value: `${number}` },
];
const ADDED = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding']);
const withoutAdded = (headers: readonly ResponseHeader[] | null | undefined) =>
  headers?.filter(({ name }) => !ADDED.has(name));

const init = { method: 'POST', body: '{"model":"gpt-5","messages":[{"role":"user","content":"Hi"}]}' };

test('each attempt has the headers of its response, and no credential is stored', async () => {
  await using server = await startTestServer({ client: { spool: false } });
  await using llm = await startLlm();
  const run = await server.ledger.run({ key: 'todo-app' });
  const { fetch } = run.step('design_step');
  for (const status of [429, 200]) {
    const response = await fetch(llm.url, init);
    expect([response.status, response.headers.getSetCookie()]).toEqual([status, ['a=s3cret', 'b=s3cret']]);
    await response.text();
  }
  await server.ledger.flush();

  const [exchange] = await readExchanges(server.ledger, run.id);
  expect(exchange?.attempts.map(({ headers }) => withoutAdded(headers))).toEqual([wanted(1), wanted(2)]);
  expect(await dumpFinds(server.databaseUrl, '1.1 one')).toEqual(['exchange_attempt']);
  expect(await dumpFinds(server.databaseUrl, 's3cret')).toEqual([]);
});

test('headers go through the spool, and credentials do not', async () => {
  const server = await startStoppableServer();
  await using llm = await startLlm();
  const directory = makeSpoolDirectory();
  const ledger = createStepledger({ url: server.url, spool: { directory } });
  const run = await ledger.run({ key: 'todo-app' });
  await server.stop();
  const { fetch } = run.step('design_step');
  for (let turn = 0; turn < 2; turn++) await (await fetch(llm.url, init)).text();
  await expect(ledger.flush({ timeoutMs: 1_000 })).rejects.toMatchObject({ code: 'NOT_STORED' });
  const spooled = JSON.stringify(readSpool(directory));
  expect(spooled).toContain('1.1 one');
  expect(spooled).not.toContain('s3cret');

  await server.start();
  await ledger.flush();
  const [exchange] = await readExchanges(ledger, run.id);
  expect(exchange?.attempts.map(({ headers }) => withoutAdded(headers))).toEqual([wanted(1), wanted(2)]);
});
