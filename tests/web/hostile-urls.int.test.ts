import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findAxeViolations, setUpWeb } from '@stepledger/testing/browser';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { HOSTILE, HOSTILE_NAMES } from './support/hostile-texts.ts';
import { watchSmuggling } from './support/watch-smuggling.ts';

const web = setUpWeb();
let documentId: string;
let exchangeId: string;

/** What a shell would run, were it more than a part of a word; each leaves a file. */
const SHELL = [
  "'; echo > ran; '",
  '"; echo > ran; "',
  '$(echo > ran)',
  '`echo > ran`',
  '\necho > ran\n',
  '& echo > ran &',
  '| tee ran',
  "\\'; echo > ran; \\'",
  "\u001b'; echo > ran; '",
  '\u001b[201~\necho > ran\n',
  '> ran',
].join(' ');

beforeAll(async () => {
  const run = await web.ledger.run({ key: 'visited' });
  const recorded = await run.step('design').record({
    prompt: 'x',
    response: HOSTILE.join('\n'),
    provider: '__proto__',
    attempts: [
      {
        status: 'completed',
        url: `https://llm.example/${SHELL}`,
        request: `${SHELL}\n${HOSTILE.join('\n')}`,
      },
    ],
    documents: [{ kind: 'design', text: HOSTILE.join('\n') }],
  });
  exchangeId = recorded.exchangeId;
  documentId = recorded.documents[0]?.id ?? '';
});

/** The pages and what each reads out of its URL; all are given things that they do not know, too. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  '/': ['status', 'workflow', 'order', 'compare'],
  '/runs/visited': ['tab', 'at', 'step', 'steps', 'status', 'document', 'version'],
  '/compare': ['from', 'to', 'fromAt', 'toAt', 'what'],
  '/documents/ID': ['version', 'view', 'compare', 'edit'],
  '/exchanges/ID': ['view', 'form', 'with'],
  '/search': ['q', 'in', 'mode', 'order', 'versions', 'workflow', 'step', 'kind'],
  '/live': ['q', 'errors'],
  '/stats': ['by', 'measure', 'days', 'workflow'],
  '/prompts': ['view'],
  '/subtasks/visited': ['view', 'kind'],
  '/settings': ['view'],
};
const VALUES = {
  markup: inQuery(HOSTILE.slice(0, 12).join('')),
  'text that looks like JSON': inQuery(
    '{"__proto__":{"smuggled":1},"constructor":{"prototype":{"smuggled":1}}}',
  ),
  'JSON that is none': inQuery('{"a":[1'),
  'a list': inQuery('["<img src=x onerror=mark()>"]'),
  'half a percent sign': '%E0%A4%A',
  'what cannot be seen': inQuery('\0\u001b[31m\u202e\u{e0041}'),
  'a very long text': 'x'.repeat(1100),
  'a number beyond all': '1e999',
  'a number below all': '-1',
  'the name of something else': '__proto__',
};

function inQuery(text: string): string {
  return encodeURIComponent(text);
}

test.each(Object.entries(VALUES))(
  'a URL is only a question, whatever is in it: %s',
  {
    timeout: 120_000,
  },
  async (_name, value) => {
    const { page } = await web.openPage({
      path: '/no/such/page',
      // What the page asks for may be refused: that is told by the browser, too.
      expected: [/the server responded with a status of 4/],
    });
    const smuggled = await watchSmuggling(page);
    for (const [path, names] of Object.entries(PARAMETERS)) {
      const place = path
        .replace('/documents/ID', `/documents/${documentId}`)
        .replace('/exchanges/ID', `/exchanges/${exchangeId}`);
      const query = [...names, '__proto__', 'constructor', '__proto__[smuggled]', value]
        .map((name) => `${name}=${value}`)
        .join('&');
      const asked = `${place}?${query}`;
      await page.goto(asked);
      await page.locator('main').getByRole('heading').or(page.getByRole('alert')).first().waitFor();
      await expect.poll(() => page.getByText('Loading…').count(), { timeout: 20_000 }).toBe(0);
      expect(await page.evaluate(`[{}.smuggled, [].smuggled].join()`), asked).toBe(',');
      expect(await page.getByText('Something went wrong').count(), asked).toBe(0);
      const own = new URL(asked, web.url).href;
      expect(smuggled.filter((each) => each !== own && each !== page.url())).toEqual([]);
      smuggled.splice(0);
    }
  },
);

test.each(['/runs/', '/documents/', '/exchanges/', '/prompts/', '/subtasks/', '/no/such/'])(
  'a path that is an attack is shown as what is not there: %s',
  async (path) => {
    const { page } = await web.openPage({
      path: '/no/such/page',
      expected: [/the server responded with a status of 4/],
    });
    const smuggled = await watchSmuggling(page);
    for (const name of [
      HOSTILE_NAMES[0],
      HOSTILE_NAMES.at(-2),
      '__proto__',
      'constructor',
      'x'.repeat(4000),
    ]) {
      const asked = `${path}${inQuery(name ?? '')}`;
      await page.goto(asked);
      await page.getByRole('alert').or(page.getByText('There is no such page')).first().waitFor();
      expect(await findAxeViolations(page)).toEqual([]);
      const own = [page.url(), new URL(asked, web.url).href];
      expect(smuggled.filter((each) => !own.includes(each))).toEqual([]);
      smuggled.splice(0);
    }
  },
);

test('stored bytes that are opened are saved and never shown, and answers are no pages', async () => {
  const { page } = await web.openPage({ path: '/no/such/page', expected: [/status of 4/] });
  const smuggled = await watchSmuggling(page);
  const html = '<!doctype html><script>mark()</script><svg onload=mark()></svg>';
  const { id } = await web.ledger.blobs.put(Buffer.from(html), { encoding: 'binary' });
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    // The page stays where it was, which counts as a failure to go.
    page.goto(`/raw/${id}`).catch(() => null),
  ]);
  expect(await readFile(await saved.path(), 'utf8')).toBe(html);
  expect(page.url()).toBe(`${web.url}/no/such/page`);
  const { headers } = await fetch(`${web.url}/raw/${id}`);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': expect.stringMatching(/^attachment;/),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'same-origin',
  });
  const question = inQuery(JSON.stringify({ documentId }));
  for (const path of [
    `/trpc/documents.get?input=${question}`,
    '/trpc/<script>mark()</script>',
    '/raw/<script>mark()</script>',
    '/runs/%E0%A4%A',
  ]) {
    const answer = await page.goto(path);
    expect(answer?.headers(), path).toMatchObject({
      'content-type': expect.stringMatching(/^application\/json/),
      'x-content-type-options': 'nosniff',
    });
  }
  expect(smuggled.filter((each) => !each.startsWith(web.url))).toEqual([]);
});

/** A directory with a curl that only tells how it was called, and nothing else that could be run. */
async function makeShell(shell: string, flags: readonly string[]) {
  const home = await mkdtemp(join(tmpdir(), 'stepledger-curl-'));
  onTestFinished(() => rm(home, { recursive: true }));
  const [bin, work, log] = [join(home, 'bin'), join(home, 'work'), join(home, 'log')];
  await Promise.all([mkdir(bin), mkdir(work)]);
  await writeFile(join(bin, 'curl'), `#!/bin/sh\nprintf '%s\\n' "$#" >> '${log}'\n`, { mode: 0o755 });
  return {
    run: (command: string) =>
      promisify(execFile)(`/bin/${shell}`, [...flags, '-c', command], { cwd: work, env: { PATH: bin } }),
    left: () => readdir(work),
    calls: async () => (await readFile(log, 'utf8')).trim().split('\n'),
  };
}

test.each([
  // Without its start-up file, which would be looked for.
  { shell: 'bash', flags: ['--norc'] },
  { shell: 'sh', flags: [] },
])('the command that a page shows runs curl once and nothing else in $shell', async ({ shell, flags }) => {
  const { page } = await web.openPage({ path: `/exchanges/${exchangeId}` });
  const smuggled = await watchSmuggling(page);
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Copy', exact: true }).waitFor();
  const command = (await dialog.locator('pre').textContent()) ?? '';
  const machine = await makeShell(shell, flags);
  const { stderr } = await machine.run(command);
  expect(stderr).toBe('');
  expect(await machine.left()).toEqual([]);
  expect(await machine.calls()).toHaveLength(1);
  expect(smuggled).toEqual([]);
});
