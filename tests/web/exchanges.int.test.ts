import { buffer } from 'node:stream/consumers';
import { findAxeViolations, setUpWeb } from '@stepledger/testing/browser';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { HOSTILE, HOSTILE_NAMES, shown, UNSEEN } from './support/hostile-texts.ts';
import { watchSmuggling } from './support/watch-smuggling.ts';

const web = setUpWeb();

/** What is to happen soon, on a busy machine. */
const SOON = { timeout: 20_000 };

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const view = (page: Page, name: string | RegExp) =>
  page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name });

async function startStep(key: string) {
  const run = await web.ledger.run({ key });
  return run.step('design_step');
}

test('an exchange shows what was sent beside its template, and what came back', async () => {
  await web.ledger.prompts.put({
    name: 'design',
    template: [
      { role: 'system', text: 'You design.' },
      { role: 'user', text: 'Design {{goal}} for {{who}}.' },
    ],
    parameters: ['goal', 'who'],
  });
  const step = await startStep('exchange');
  const requirement = await step.documents.put({ kind: 'requirement', text: 'Login' });
  const { exchangeId } = await step.record({
    prompt: { name: 'design', variables: { goal: 'a login page', who: 'everybody' } },
    uses: [requirement.ref],
    model: 'model-1',
    parameters: { temperature: 0.2 },
    response: '# The design\n\nA page.',
    usage: { inputTokens: 1234, outputTokens: 56 },
    totalMs: 2345,
    parse: { parser: 'sections', parserVersion: '3' },
    documents: [{ kind: 'design', text: '# The design' }],
  });
  await web.ledger.parses.record({
    exchangeId,
    parser: 'strict',
    status: 'failed',
    error: 'No heading of level two',
    errorOffset: 17,
  });

  for (const look of [{ dark: false }, { dark: true }, { width: 390 }]) {
    const { page } = await web.openPage({ path: `/exchanges/${exchangeId}`, ...look });
    await page.getByText('Design a login page for everybody.').waitFor();
    await page.getByText('{{goal}}').waitFor();
    expect(await page.locator('mark').allTextContents()).toEqual(['{{goal}}', '{{who}}', 'goal', 'who']);
    await page.getByRole('link', { name: 'requirement v1' }).waitFor();
    const facts = await page.locator('dl').first().textContent();
    for (const fact of ['input tokens1,234', 'output tokens56', 'took2.3 s', 'promptdesign v1']) {
      expect(facts).toContain(fact);
    }
    expect(await findAxeViolations(page)).toEqual([]);
    await view(page, 'Response').click();
    await page.getByRole('heading', { name: 'The design' }).waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
    await view(page, 'Parses').click();
    await page.getByRole('heading', { name: 'sections@3' }).waitFor();
    await page.getByText('No heading of level two').waitFor();
    await page.getByRole('listitem').getByRole('link', { name: 'design v1' }).waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
  }
});

test('what came back is shown byte by byte, with its hash', async () => {
  const step = await startStep('bytes');
  const response = Uint8Array.of(0x7b, 0xff, 0x00, 0x1b, 0x5b, 0x41);
  const { exchangeId } = await step.record({ prompt: 'x', response });
  const { page } = await web.openPage({
    path: `/exchanges/${exchangeId}?view=response&form=exact`,
  });
  await page.getByText('These bytes are no text.').waitFor();
  await page.getByText('00000000  7b ff 00 1b 5b 41').waitFor();
  const stored = await web.ledger.exchanges.get({ exchangeId });
  await page.getByText(stored.response?.id.split('.')[0] ?? 'none').waitFor();
  const [saved] = await Promise.all([page.waitForEvent('download'), button(page, 'Save as a file').click()]);
  expect(await buffer(await saved.createReadStream())).toEqual(Buffer.from(response));
});

test('the answer is read out of what the server of an LLM sent', async () => {
  const step = await startStep('protocol');
  const response = Buffer.from(
    JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content: '# Out of JSON' } }] }),
  );
  const { exchangeId } = await step.record({
    prompt: [{ role: 'user', content: '[{"type":"text","text":"a\\nb"}]', format: 'json' }],
    response,
    attempts: [
      {
        status: 'completed',
        url: 'https://llm.example/v1/chat/completions',
        contentType: 'application/json',
        response,
      },
    ],
  });
  const { page } = await web.openPage({ path: `/exchanges/${exchangeId}` });
  const message = page.getByRole('article', { name: 'Message 1' }).locator('pre');
  await message.waitFor();
  expect(await message.textContent()).toBe('a\nb');
  await button(page, 'Exact').click();
  await page.getByText('[{"type":"text","text":"a\\nb"}]').waitFor();
  await view(page, 'Response').click();
  await page.getByText('"content":"# Out of JSON"').waitFor();
  await button(page, 'Readable').click();
  await page.getByRole('heading', { name: 'Out of JSON' }).waitFor();
});

test('bodies are only loaded when they are opened, and large ones when asked for', async () => {
  const step = await startStep('large');
  const { exchangeId } = await step.record({
    prompt: 'p'.repeat(300_000),
    response: `${'the response '.repeat(200_000)}ends`,
  });
  const { page } = await web.openPage({ path: `/exchanges/${exchangeId}?view=parses` });
  let received = 0;
  page.on('response', (response) => {
    // The page's own code may still be on its way.
    if (['script', 'stylesheet'].includes(response.request().resourceType())) return;
    void response.body().then(
      (body) => {
        received += body.length;
      },
      // A streamed answer of a page that is gone has none.
      () => undefined,
    );
  });
  await page.getByText('Nobody has parsed this response yet').waitFor();
  expect(received).toBeLessThan(250_000);
  await view(page, 'Response').click();
  await button(page, 'Load 2.5 MiB').waitFor();
  await view(page, /^Messages/).click();
  await page.getByRole('region', { name: 'Text of message 1' }).waitFor();
  expect(received).toBeLessThan(1_000_000);
  await page.goto(`/exchanges/${exchangeId}?view=response&form=exact`);
  await button(page, 'Load 2.5 MiB').click();
  // Long rows get their height when they are drawn, so the end is not where it was at first.
  const end = page.getByText('the response ends');
  await expect
    .poll(async () => {
      await page.getByRole('region', { name: 'Response' }).press('End');
      return await end.count();
    }, SOON)
    .toBe(1);
  await expect.poll(() => received, SOON).toBeGreaterThan(2_000_000);
});

test('two exchanges are compared', async () => {
  const step = await startStep('compare');
  const first = await step.record({ prompt: 'Design it', response: 'one\ntwo\n' });
  const second = await step.record({ prompt: 'Design it well', response: 'one\n2\n' });
  const { page } = await web.openPage({ path: `/exchanges/${second.exchangeId}?view=diff` });
  await page.getByText('Choose another exchange').waitFor();
  await page.getByLabel('Of the same step').selectOption(first.exchangeId);
  await page.getByText('Design it well').waitFor();
  expect(page.url()).toContain(`with=${first.exchangeId}`);
  const patch = await page.getByRole('region', { name: 'Differences of the messages' }).textContent();
  expect(patch).toContain('−Design it');
  expect(patch).toContain('+Design it well');
  expect(await findAxeViolations(page)).toEqual([]);
  await page.getByRole('group', { name: 'Compare' }).getByRole('button', { name: 'Response' }).click();
  await page.getByText('two', { exact: true }).waitFor();
});

test('what arrives of an open exchange is shown while it does', async () => {
  const step = await startStep('streaming');
  const exchange = await step.exchanges.open({ prompt: 'x' });
  const append = (text: string, offset: number) =>
    web.ledger.exchanges.append({
      exchangeId: exchange.id,
      offset,
      bytes: { base64: Buffer.from(text).toString('base64') },
    });
  await append('The first ', 0);
  const { page } = await web.openPage({ path: `/exchanges/${exchange.id}?view=response` });
  await page.getByText('The first').waitFor();
  await append('and the rest', 10);
  await page.getByText('The first and the rest').waitFor();
  await exchange.complete({ response: 'The whole answer' });
  await page.getByText('The whole answer').waitFor();
  expect(await page.getByText('completed').count()).toBeGreaterThan(0);
});

test('hostile texts in every field are shown as the texts they are', async () => {
  const text = [...HOSTILE, ...UNSEEN].join('\n\n');
  const [name = '', role = '', provider = '', model = '', parser = '', kind = '', variable = ''] =
    HOSTILE_NAMES;
  await web.ledger.prompts.put({ name, template: [{ role, text }], syntax: 'mustache' });
  const run = await web.ledger.run({ key: `${HOSTILE[0]} exchange`, goal: name });
  const { exchangeId } = await run.step(name, { key: kind }).record({
    prompt: {
      name,
      messages: [
        { role, content: text },
        {
          role: provider,
          content: JSON.stringify([{ type: 'text', text }, { image: text }]),
          format: 'json',
        },
      ],
      variables: { [variable]: text },
    },
    provider,
    model,
    responseModel: parser,
    parameters: { [name]: text.slice(0, 500).replaceAll(/[\0\ud800]/g, '') },
    metadata: { [role]: kind },
    response: text,
    attempts: [
      {
        status: 'failed',
        error: text,
        url: text.slice(0, 1500),
        contentType: kind,
        headers: [{ name: 'x-said', value: text }],
        request: text,
        response: text,
      },
    ],
    parse: { parser, parserVersion: model },
    documents: [{ kind, key: name, text: 'x' }],
  });
  await web.ledger.parses.record({ exchangeId, parser, status: 'failed', error: text });

  const { page } = await web.openPage({ path: `/exchanges/${exchangeId}?form=exact` });
  const smuggled = await watchSmuggling(page);
  await page.setViewportSize({ width: 1280, height: 6000 });
  const main = page.locator('main');
  const expectShown = async (...texts: string[]) => {
    const said = await main.textContent();
    for (const each of texts) expect(said).toContain(shown(each));
  };
  await main.getByText(`Template ${name}`).waitFor();
  await main.getByRole('article', { name: 'Message 2' }).waitFor();
  await expectShown(
    ...HOSTILE,
    ...UNSEEN,
    role,
    provider,
    model,
    parser,
    variable,
    JSON.stringify({ [role]: kind }),
  );
  await button(page, 'Readable').click();
  await expectShown(...HOSTILE, ...UNSEEN);
  await page.locator('summary').click();
  await view(page, 'Response').click();
  const markdown = page.locator('.markdown');
  await markdown.waitFor();
  expect(await markdown.locator('img, svg, script, iframe, style, form, input, [onload]').count()).toBe(0);
  await button(page, 'Exact').click();
  await page
    .getByRole('region', { name: 'Response' })
    .getByText(shown(UNSEEN[0] ?? ''))
    .waitFor();
  await expectShown(...HOSTILE, ...UNSEEN);
  await button(page, 'Bytes').click();
  await page.getByText('00000000  3c 00 73 00').waitFor();
  await view(page, /^Parses/).click();
  await main.getByText(`${parser}@${model}`).waitFor();
  await page.getByText('nulU+0000nul').waitFor();
  await expectShown(...HOSTILE, ...UNSEEN, kind);
  await view(page, /^Attempts/).click();
  await page.getByRole('region', { name: 'Headers of response 1' }).waitFor();
  await expectShown(...HOSTILE, ...UNSEEN);
  await page.getByText('Request 1').click();
  await page.getByText(/^Response 1/).click();
  await page.getByRole('region', { name: 'Response 1', exact: true }).waitFor();
  await view(page, 'Compare').click();
  await page.getByLabel('or by its id').fill(HOSTILE[0] ?? '');
  await page.getByLabel('or by its id').fill(exchangeId);
  await page.getByLabel('or by its id').press('Enter');
  await page.getByText('Nothing differs.').waitFor();
  expect(smuggled).toEqual([]);
});

test('an exchange that is not there is said', async () => {
  const missing = '019a0000-0000-7000-8000-000000000000';
  const { page } = await web.openPage({
    path: `/exchanges/${missing}`,
    expected: [/status of 404/],
  });
  await page.getByText(`There is no exchange ${missing}`).waitFor();
  expect(await page.getByRole('alert').count()).toBe(1);
});
