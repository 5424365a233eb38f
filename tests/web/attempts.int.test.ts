import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { findAxeViolations, setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { HOSTILE, UNSEEN } from './support/hostile-texts.ts';
import { watchSmuggling } from './support/watch-smuggling.ts';

const web = setUpWeb();

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

async function startStep(key: string) {
  const run = await web.ledger.run({ key });
  return run.step('design_step');
}

test('every attempt is shown, with its bodies once they are opened', async () => {
  const step = await startStep('bodies');
  const { exchangeId } = await step.record({
    prompt: 'x',
    response: 'y',
    attempts: [
      { status: 'failed', httpStatus: 529, error: 'overloaded', response: '{"error":"overloaded"}' },
      {
        status: 'completed',
        httpStatus: 200,
        url: 'https://llm.example/v1/none',
        contentType: 'application/x-none',
        request: '{"the":"request"}',
        response: 'y',
        firstByteMs: 300,
      },
    ],
  });
  const { page } = await web.openPage({ path: `/exchanges/${exchangeId}?view=attempts` });
  await page.getByText('HTTP 529').waitFor();
  await page.getByText('application/x-none').waitFor();
  expect(await page.getByText('{"the":"request"}').count()).toBe(0);
  await page.getByText('Request 2').click();
  await page.getByText('{"the":"request"}').waitFor();
  await page.getByText('Response 1').click();
  await page.getByText('{"error":"overloaded"}').waitFor();
  expect(await findAxeViolations(page)).toEqual([]);
});

test('the headers of each response are a table, shut when they are many; others were not recorded', async () => {
  const step = await startStep('headers');
  const few = ['b', 'a', ''].map((value) => ({ name: 'x-said', value }));
  const many = Array.from({ length: 40 }, (_, index) => ({ name: `x-header-${index}`, value: `v${index}` }));
  const { exchangeId } = await step.record({
    prompt: 'x',
    response: 'y',
    attempts: [
      { status: 'failed', error: 'ECONNREFUSED' },
      { status: 'failed', httpStatus: 500 },
      { status: 'failed', httpStatus: 529, headers: [] },
      { status: 'failed', httpStatus: 429, headers: few },
      { status: 'completed', httpStatus: 200, headers: many },
    ],
  });
  for (const look of [{ dark: false }, { dark: true }, { width: 390 }]) {
    const { page } = await web.openPage({
      path: `/exchanges/${exchangeId}?view=attempts`,
      ...look,
    });
    const attempt = (number: number) =>
      page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: `Attempt ${number}` }) });
    const cells = page.getByRole('region', { name: 'Headers of response 4' }).locator('tbody tr');
    await cells.first().waitFor();
    expect(await cells.allTextContents()).toEqual(['x-saidb', 'x-saida', 'x-said']);
    expect(await attempt(1).textContent()).not.toContain('headers');
    expect(await attempt(2).textContent()).toContain('headersnot recorded');
    expect(await attempt(3).textContent()).toContain('headersnone');

    const table = page.getByRole('region', { name: 'Headers of response 5' });
    expect(await table.count()).toBe(0);
    await attempt(5).locator('summary').press('Enter');
    await table.waitFor();
    expect(await table.locator('tbody tr').allTextContents()).toEqual(
      many.map(({ name, value }) => `${name}${value}`),
    );
    expect(await findAxeViolations(page)).toEqual([]);
    await attempt(5).locator('summary').press('Enter');
    await table.waitFor({ state: 'detached' });
  }
});

interface Received {
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Answers what one request to it held. */
async function startReceiver() {
  const requests: Received[] = [];
  const http = createServer(async (request, response) => {
    requests.push({ url: request.url, headers: request.headers, body: (await buffer(request)).toString() });
    response.end('ok');
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    requests,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
    },
  };
}

test.each([
  { what: 'hostile texts', text: [...HOSTILE, ...UNSEEN.filter((text) => !text.includes('\0'))].join('\n') },
  { what: 'a body that no word of a command holds', text: `nul \0 ${'x'.repeat(150_000)}` },
])('the command of an exchange sends exactly its request: $what', async ({ text }) => {
  await using receiver = await startReceiver();
  const step = await startStep(`curl ${text.length}`);
  const path = `/v1/chat/completions?q=[1-3]{a,b}'$(id)`;
  const request = `@${text.replaceAll('\ud800', '')}`;
  const { exchangeId } = await step.record({
    prompt: 'x',
    provider: 'openai',
    response: 'y',
    attempts: [
      { status: 'completed', url: `${receiver.url}${path}`, request: Buffer.from(request), response: 'y' },
    ],
  });
  const { page } = await web.openPage({ path: `/exchanges/${exchangeId}` });
  await page.context().grantPermissions(['clipboard-write']);
  const smuggled = await watchSmuggling(page);
  await button(page, 'Copy as curl').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Copy', exact: true }).waitFor();
  const command = (await dialog.locator('pre').textContent()) ?? '';
  expect(command).not.toMatch(/(?!\n)\p{Cc}/u);
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
  await dialog.getByText('Copied').waitFor();
  await promisify(execFile)('bash', ['-c', command], {
    env: { ...process.env, OPENAI_API_KEY: 'the key', STEPLEDGER_TOKEN: 'none' },
  });
  expect(receiver.requests).toHaveLength(1);
  expect(receiver.requests[0]?.body).toBe(request);
  expect(receiver.requests[0]?.url).toBe(path);
  expect(receiver.requests[0]?.headers.authorization).toBe('Bearer the key');
  expect(await findAxeViolations(page)).toEqual([]);
  expect(smuggled).toEqual([]);
});
