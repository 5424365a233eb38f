import { startTestServer } from '@stepledger/testing';
import { expect, test } from 'vitest';
import { createKeptLog } from './support/log.ts';
import { call, send } from './support/send.ts';

const SECRETS = ['s3cr3t-key', 's3cr3t-text', 's3cr3t-name', 's3cr3t-query', 's3cr3t-actor'];

test('the log tells what was called and how it ended, and nothing of what was said', async () => {
  const log = createKeptLog();
  await using server = await startTestServer({
    logger: log.logger,
    instanceKey: 's3cr3t-key-of-the-instance',
  });
  const headers = { authorization: 'Bearer s3cr3t-key-of-the-instance', 'x-request-id': 'trace-1' };
  await call(
    server.url,
    'projects.create',
    { slug: 'shop', name: 's3cr3t-name' },
    { 'x-request-id': 'made' },
  );
  await call(
    server.url,
    'projects.create',
    { slug: 'shop', name: 's3cr3t-name' },
    { 'x-request-id': 'refused' },
  );
  await call(server.url, 'runs.start', { key: 's3cr3t-text\0' }, headers);
  await call(server.url, 's3cr3t-name', {}, headers);
  await call(server.url, 'projects.list', {}, { ...headers, 'x-stepledger-actor': 's3cr3t-actor' });
  await send(`${server.url}/trpc/projects.get?input=${encodeURIComponent('{"slug":"s3cr3t-query"}')}`);
  await send(`${server.url}/raw?encoding=s3cr3t-query`, { method: 'PUT', body: 's3cr3t-text' });
  await send(`${server.url}/s3cr3t-name`);
  await send(`${server.url}/healthz`);
  await server.close();

  const requests = log.entries().filter(({ msg }) => msg === 'request');
  const brief = requests.map(({ method, path, procedures, status, errors }) => ({
    method,
    path,
    procedures,
    status,
    errors,
  }));
  expect(brief).toEqual([
    { method: 'POST', path: '/trpc', procedures: ['projects.create'], status: 200, errors: undefined },
    {
      method: 'POST',
      path: '/trpc',
      procedures: ['projects.create'],
      status: 409,
      errors: ['ALREADY_EXISTS'],
    },
    { method: 'POST', path: '/trpc', procedures: ['runs.start'], status: 400, errors: ['BAD_INPUT'] },
    { method: 'POST', path: '/trpc', procedures: ['(unknown)'], status: 404, errors: ['NOT_FOUND'] },
    {
      method: 'POST',
      path: '/trpc',
      procedures: ['projects.list'],
      status: 200,
      errors: undefined,
    },
    { method: 'GET', path: '/trpc', procedures: ['projects.get'], status: 404, errors: ['NOT_FOUND'] },
    { method: 'PUT', path: '/raw', procedures: undefined, status: 400, errors: ['BAD_INPUT'] },
    { method: 'GET', path: '(other)', procedures: undefined, status: 404, errors: ['NOT_FOUND'] },
    { method: 'GET', path: '/healthz', procedures: undefined, status: 200, errors: undefined },
  ]);
  expect(requests.map(({ requestId }) => requestId)).toEqual(
    expect.arrayContaining(['made', 'refused', 'trace-1']),
  );
  for (const { ms } of requests) expect(ms).toEqual(expect.any(Number));
  for (const secret of SECRETS) expect(log.text()).not.toContain(secret);
});

test('each failed call of a batch is told by its code', async () => {
  const log = createKeptLog();
  await using server = await startTestServer({ logger: log.logger });
  await send(`${server.url}/trpc/projects.get,projects.list,projects.get?batch=1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'trpc-accept': 'application/jsonl' },
    body: JSON.stringify({ 0: { slug: 'lost' }, 1: {}, 2: { slug: 'Not A Slug' } }),
  });
  await server.close();
  const [request] = log.entries().filter(({ msg }) => msg === 'request');
  expect(request).toMatchObject({
    procedures: ['projects.get', 'projects.list', 'projects.get'],
    status: 200,
  });
  expect(request?.['errors']).toEqual(expect.arrayContaining(['NOT_FOUND', 'BAD_INPUT']));
});
