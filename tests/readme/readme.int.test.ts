import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const README = join(ROOT, 'README.md');

/** The README's agent as it is printed. */
async function printedAgent(): Promise<string> {
  const [, ...blocks] = (await readFile(README, 'utf8')).split('```ts\n');
  expect(blocks).toHaveLength(1);
  return blocks[0]?.split('```')[0] ?? '';
}

/** The agent in a file where the README says to save it, but in a directory that git does not see. */
async function saveAgent(source: string) {
  const parent = join(ROOT, 'examples/coding-agent/.reports');
  await mkdir(parent, { recursive: true });
  const dir = await mkdtemp(join(parent, 'readme-'));
  const file = join(dir, 'my-agent.ts');
  await writeFile(file, source);
  return { file, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
}

/** Answers every chat completion with its number. */
async function openLlm() {
  const prompts: string[] = [];
  const server = createServer(async (request, response) => {
    const { messages } = JSON.parse(await text(request));
    prompts.push(messages[0].content);
    const content = `Answer ${prompts.length} `;
    const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id: 'x', object: 'chat.completion', created: 1, model: 'm', choices }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    prompts,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

async function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}

test('the agent in the README runs as printed, and a second time without asking the LLM', {
  timeout: 120_000,
}, async () => {
  await using server = await startTestServer();
  await using llm = await openLlm();
  await using agent = await saveAgent(await printedAgent());
  const env = {
    STEPLEDGER_URL: server.url,
    OPENAI_BASE_URL: llm.url,
    OPENAI_API_KEY: 'none',
    OPENAI_MODEL: 'm',
  };

  const first = await run(process.execPath, [agent.file], env);
  expect(first).toEqual({ code: 0, out: 'design, version 1:\nAnswer 2 \n', err: '' });
  const second = await run(process.execPath, [agent.file], env);
  expect(second).toEqual(first);

  expect(llm.prompts).toEqual([
    'Write the requirement of a todo app.',
    'Design an app that meets this:\nAnswer 1 ',
  ]);
  const stored = await server.ledger.run({ key: 'todo-app' });
  expect((await stored.documents.list()).map(({ kind, text }) => ({ kind, text }))).toEqual([
    { kind: 'requirement', text: 'Answer 1 ' },
    { kind: 'design', text: 'Answer 2 ' },
  ]);
  expect(await stored.exchanges.list()).toHaveLength(2);
});

test('the agent in the README has about twenty lines and no type error under strict', {
  timeout: 120_000,
}, async () => {
  const source = await printedAgent();
  expect(source.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(20);
  await using agent = await saveAgent(source);
  const config = join(dirname(agent.file), 'tsconfig.json');
  const extended = { extends: join(ROOT, 'tsconfig.base.json'), files: [agent.file] };
  await writeFile(config, JSON.stringify(extended));

  const checked = await run(join(ROOT, 'node_modules/.bin/tsc'), ['--noEmit', '-p', config]);

  expect(checked).toEqual({ code: 0, out: '', err: '' });
});

test('every file that the README links to is there', async () => {
  const links = (await readFile(README, 'utf8')).matchAll(/\]\((?!https?:)([^)#]+)/g);
  const missing = Array.from(links, ([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path)));
  expect(missing).toEqual([]);
});
