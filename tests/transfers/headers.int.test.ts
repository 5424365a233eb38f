import { startTestServer, type TestServer } from '@stepledger/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exported, linesOf } from './support/files.ts';
import { emptyProject } from './support/projects.ts';
import { signed, withEach } from './support/signed.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const SENT = [
  { name: 'via', value: '1.1 one' },
  { name: 'x-said', value: '\0\ud800' },
  { name: 'via', value: '' },
];
type Attempts = { status: 'completed'; headers?: typeof SENT }[];

async function fileWith(attempts: Attempts): Promise<string> {
  const source = await emptyProject(server);
  const run = await source.run({ key: 'run' });
  await run.step('code_step').record({ prompt: 'x', response: 'y', attempts });
  return exported(source, { run: 'run' });
}

async function taken(file: string) {
  const target = await emptyProject(server);
  await target.import([file]);
  const [{ id = '' } = {}] = await (await target.run({ key: 'run' })).exchanges.list();
  const { attempts } = await target.exchanges.get({ exchangeId: id });
  return { file: await exported(target, { run: 'run' }), headers: attempts.map(({ headers }) => headers) };
}

test('headers, none and those that were not recorded are each told, and told again', async () => {
  const file = await fileWith([
    { status: 'completed', headers: SENT },
    { status: 'completed', headers: [] },
    { status: 'completed' },
  ]);
  expect(await taken(file)).toEqual({ file, headers: [SENT, [], null] });
});

test('a file that was written before headers were is taken, and exported as it was', async () => {
  const file = await fileWith([{ status: 'completed' }]);
  const [attempt = '{}'] = linesOf(file).filter((line) => line.startsWith('{"type":"attempt"'));
  expect(Object.keys(JSON.parse(attempt))).toEqual([
    ...['type', 'exchangeId', 'attempt', 'status', 'httpStatus', 'url', 'contentType', 'request', 'response'],
    ...['error', 'startedAt', 'firstByteMs', 'totalMs'],
  ]);
  expect(await taken(file)).toEqual({ file, headers: [null] });
});

test('a credential that somebody wrote into a file is not taken along', async () => {
  const lines = linesOf(await fileWith([{ status: 'completed', headers: SENT }]));
  const headers = [{ name: 'set-cookie', value: 's3cret' }, ...SENT];
  const { file, headers: stored } = await taken(
    signed(withEach(lines, 'attempt', (l) => ({ ...l, headers }))),
  );
  expect(stored).toEqual([SENT]);
  expect(linesOf(file)).toEqual(lines);
});

test.each([
  ['null', null],
  ['a name in capitals', [{ name: 'Via', value: '' }]],
  ['a field that is not known', [{ name: 'via', value: '', more: '' }]],
])('headers of a file that are %s are refused', async (_, headers) => {
  const lines = linesOf(await fileWith([{ status: 'completed', headers: SENT }]));
  const target = await emptyProject(server);
  const file = signed(withEach(lines, 'attempt', (line) => ({ ...line, headers })));
  await expect(target.import([file])).rejects.toThrow(/line \d+, headers/);
});

test('a page of an export ends early when headers are long', async () => {
  const source = await emptyProject(server);
  const run = await source.run({ key: 'run' });
  const headers = [{ name: 'x-long', value: 'x'.repeat(60_000) }];
  const attempts = Array.from({ length: 20 }, () => ({ status: 'completed' as const, headers }));
  const step = run.step('code_step');
  for (let turn = 0; turn < 5; turn++) await step.record({ prompt: 'x', response: 'y', attempts });
  const whole = { type: 'run' as const, unitId: run.id, until: 6 };
  const page = await source.transfers.export(whole);
  expect(page.next).toBeLessThan(6);
  const rest = await source.transfers.export({ ...whole, after: page.next ?? 0 });
  const told = [...page.lines, ...rest.lines].filter(({ type }) => type === 'attempt');
  expect([rest.next, told.length]).toEqual([null, 100]);
});
