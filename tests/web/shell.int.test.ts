import { gzipSync } from 'node:zlib';
import { findAxeViolations, setUpWeb } from '@stepledger/testing/browser';
import type { Request } from 'playwright-core';
import { expect, test } from 'vitest';

/** The browser tells of a refusal after it refused; on a busy machine, much later. */
const TOLD = { timeout: 10_000 };

const web = setUpWeb();

test.each([
  { width: 1280, dark: false },
  { width: 1280, dark: true },
  { width: 390, dark: false },
])('the web UI runs under its policy and is open to everybody: %o', async (look) => {
  const { page } = await web.openPage(look);
  await page.getByRole('heading').first().waitFor();
  expect(await page.title()).toContain('Stepledger');
  expect(await findAxeViolations(page)).toEqual([]);
});

test('a place in the app can be opened as a link', async () => {
  const { page } = await web.openPage({ path: '/no/such/place' });
  await page.getByRole('heading').first().waitFor();
  expect(await page.title()).toContain('Stepledger');
});

/** Bytes of script, compressed by gzip, that a visitor waits for at first. */
const FIRST_LOAD_LIMIT = 250_000;

test('the first load brings less than 250 KB of script', async () => {
  const { page } = await web.openPage();
  await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
  const scripts = await page.evaluate<string[]>(
    `performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js'))`,
  );
  const bodies = await Promise.all(
    [...new Set(scripts)].map(async (url) => (await fetch(url)).arrayBuffer()),
  );
  const sizes = bodies.map((body) => gzipSync(body).length);
  expect(sizes.length).toBeGreaterThan(2);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(FIRST_LOAD_LIMIT);
});

/** Each marks the page if it runs, and throws or does nothing if not. */
const ATTACKS = {
  script: `const script = document.createElement('script'); script.textContent = 'mark()'; document.body.append(script)`,
  'script of a data URL': `const script = document.createElement('script'); script.src = 'data:text/javascript,mark()'; document.body.append(script)`,
  handler: `document.body.setAttribute('onclick', "mark()"); document.body.click()`,
  markup: `document.body.innerHTML = '<img src="/icon.svg" onload="mark()">'`,
  'javascript link': `const link = document.createElement('a'); link.href = 'javascript:mark()'; document.body.append(link); link.click()`,
  'request away': `await fetch('https://evil.example/'); mark()`,
  'picture away': `const image = new Image(); image.src = 'https://evil.example/x.png'; document.body.append(image)`,
  frame: `const frame = document.createElement('iframe'); frame.src = '/icon.svg'; document.body.append(frame)`,
  form: `const form = document.createElement('form'); form.action = '/stolen'; document.body.append(form); form.submit()`,
  base: `const base = document.createElement('base'); base.href = 'https://evil.example/'; document.head.append(base)`,
  style: `const style = document.createElement('style'); style.textContent = 'body { opacity: 0.5 }'; document.head.append(style); if (getComputedStyle(document.body).opacity === '0.5') mark()`,
};

test('what is smuggled into a page neither runs nor calls away', async () => {
  const { page, problems } = await web.openPage({
    expected: [/^(policy|console|thrown|request to another origin): /],
  });
  const foreign: Request[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(web.url)) foreign.push(request);
  });
  let ran = 0;
  await page.exposeFunction('mark', () => {
    ran += 1;
  });
  const refusals = () => problems.filter((problem) => problem.startsWith('policy: ')).length;
  for (const [name, attack] of Object.entries(ATTACKS)) {
    const before = refusals();
    await page.evaluate(`(async () => { ${attack} })().catch(() => undefined)`);
    await expect.poll(refusals, { ...TOLD, message: name }).toBeGreaterThan(before);
    expect(ran, name).toBe(0);
  }
  expect(foreign.map((request) => request.failure()?.errorText)).toEqual(foreign.map(() => 'csp'));
  expect(page.url()).toBe(`${web.url}/`);
});

test('its own workers run, and no others', async () => {
  const { page } = await web.openPage({ expected: [/^(policy|console): /] });
  const start = (address: string) =>
    page.evaluate(`(() => {
      try {
        new Worker(${JSON.stringify(address)}, { type: 'module' }).terminate();
        return 'runs';
      } catch (error) {
        return error.name;
      }
    })()`);
  expect(await start('/assets/worker.js')).toBe('runs');
  for (const address of [
    'data:text/javascript,1',
    'https://evil.example/w.js',
    '/raw/x',
    '/assets/../raw/x',
  ]) {
    expect(await start(address), address).not.toBe('runs');
  }
});

test('a page that goes wrong is told of', async () => {
  const { page, problems } = await web.openPage({ expected: [/./] });
  await page.evaluate(`console.error('said'); setTimeout(() => { throw new Error('thrown later'); })`);
  await page.evaluate(`fetch('/assets/lost.js')`);
  await expect
    .poll(() => problems.join('\n'), TOLD)
    .toMatch(/console: said.*thrown: Error: thrown later.*404/s);
  await page.evaluate(`document.body.append(Object.assign(new Image(), { src: '/icon.svg' }))`);
  expect((await findAxeViolations(page)).join('\n')).toContain('image-alt: ');
});
