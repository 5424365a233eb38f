import { once } from 'node:events';
import net from 'node:net';
import { createTestDatabase, startTestServer } from '@stepledger/testing';
import { setUpWeb } from '@stepledger/testing/browser';
import { beforeAll, expect, test } from 'vitest';
import { EXPECTED, holdCalls } from './support.ts';

const web = setUpWeb();

beforeAll(async () => {
  await web.ledger.run({ key: 'app' });
});

/** A way to a database that can be shut, as if that had stopped. */
async function openWay(databaseUrl: string) {
  const url = new URL(databaseUrl);
  const [host, port] = [decodeURIComponent(url.hostname), Number(url.port || 5432)];
  const target = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const sockets = new Set<net.Socket>();
  const way = net.createServer((socket) => {
    const onward = net.connect(target);
    for (const end of [socket, onward]) {
      sockets.add(end);
      end
        .on('error', () => undefined)
        .on('close', () => {
          socket.destroy();
          onward.destroy();
        });
    }
    socket.pipe(onward).pipe(socket);
  });
  const open = async (at: number) => {
    way.listen(at, '127.0.0.1');
    await once(way, 'listening');
  };
  const shut = () => {
    way.close();
    for (const socket of sockets) socket.destroy();
  };
  await open(0);
  const { port: own } = way.address() as net.AddressInfo;
  url.host = `127.0.0.1:${own}`;
  return { databaseUrl: url.href, shut, open: () => open(own), [Symbol.dispose]: shut };
}

test('a database that has stopped is said, and the page comes back with it', {
  timeout: 120_000,
}, async () => {
  await using database = await createTestDatabase();
  using way = await openWay(database.url);
  await using behind = await startTestServer({
    webDir: web.webDir,
    databaseUrl: way.databaseUrl,
    logLevel: 'fatal',
  });
  await behind.ledger.run({ key: 'app' });
  const { page } = await web.browser.openPage(behind, { path: '/live', expected: EXPECTED });
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  way.shut();
  await page.goto('/runs/app');
  await page.getByRole('status').getByText('Offline', { exact: true }).waitFor();
  // A database that starts again takes a while, for which a call is repeated.
  await page.getByText('The server does not answer; still trying').first().waitFor();
  await way.open();
  await page.getByRole('heading', { name: 'app', level: 1 }).waitFor();
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await expect.poll(() => page.getByRole('alert').count(), { timeout: 20_000 }).toBe(0);
});

test('a server that is well but tells of no entries leaves the page offline', async () => {
  const { page } = await web.openPage({ path: '/icon.svg', expected: EXPECTED });
  await page.route(/\/trpc\/entries\.subscribe/, (route) => route.abort());
  let checks = 0;
  page.on('response', (response) => {
    if (/\/trpc\/[^?]*system\.health/.test(response.url())) checks += 1;
  });
  await page.goto('/');
  await page.getByRole('status').getByText('Offline', { exact: true }).waitFor();
  const before = checks;
  await expect.poll(() => checks, { timeout: 20_000 }).toBeGreaterThan(before + 1);
  await page.getByRole('status').getByText('Offline', { exact: true }).waitFor();
  expect(await page.getByRole('status').getByText('Live', { exact: true }).count()).toBe(0);
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
});

test('a page that was opened while nobody answered is live afterwards, and misses nothing of before', {
  timeout: 60_000,
}, async () => {
  const { page } = await web.openPage({ path: '/icon.svg', expected: EXPECTED });
  const calls = await holdCalls(page);
  calls.cut();
  await page.goto('/');
  await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
  await calls.heal();
  await page.getByRole('link', { name: 'app', exact: true }).waitFor();
  // Its entries may not be followed again yet.
  await web.ledger.run({ key: 'right after' });
  await page.getByRole('link', { name: 'right after', exact: true }).waitFor();
  await web.ledger.run({ key: 'later' });
  await page.getByRole('link', { name: 'later', exact: true }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});
