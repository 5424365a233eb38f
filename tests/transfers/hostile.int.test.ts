import { isLedgerError } from '@stepledger/client';
import { startTestServer, type TestServer } from '@stepledger/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { exported, linesOf } from './support/files.ts';
import { emptyProject } from './support/projects.ts';
import { writeSample } from './support/sample-run.ts';

vi.setConfig({ testTimeout: 120_000 });

const SEED = 77;
const RUNS = 25;

let server: TestServer;
let lines: string[];
beforeAll(async () => {
  server = await startTestServer();
  const source = await emptyProject(server);
  await writeSample(source, 'sample');
  lines = linesOf(await exported(source));
});
afterAll(() => server.close());

type Line = Record<string, unknown>;

const place = fc.nat(10_000);
const value = fc.oneof(
  fc.constantFrom<unknown>(null, 0, 1, -1, 2_147_483_647, '', 'x', [], {}, true, '\0', 'completed'),
  fc.constantFrom('01890000-0000-7000-8000-000000000000', '2026-01-01T00:00:00.000000Z', '0'.repeat(64)),
);

/** What a careless or a malicious hand does to a file. */
const change = fc.oneof(
  fc.record({ what: fc.constant('drop' as const), at: place }),
  fc.record({ what: fc.constant('repeat' as const), at: place, to: place }),
  fc.record({ what: fc.constant('swap' as const), at: place, to: place }),
  fc.record({ what: fc.constant('set' as const), at: place, field: place, value }),
  // A value that is right elsewhere: an id of another thing, the time of another line.
  fc.record({ what: fc.constant('copy' as const), at: place, field: place, to: place }),
);

function changed(
  file: readonly string[],
  one: typeof change extends fc.Arbitrary<infer Change> ? Change : never,
) {
  const at = one.at % (file.length - 1);
  const line = file[at] ?? '';
  const other = 'to' in one ? one.to % (file.length - 1) : 0;
  if (one.what === 'drop') return file.toSpliced(at, 1);
  if (one.what === 'repeat') return file.toSpliced(other, 0, line);
  if (one.what === 'swap') return file.with(at, file[other] ?? '').with(other, line);
  const fields = JSON.parse(line) as Line;
  const names = Object.keys(fields).filter((name) => name !== 'type');
  const name = names[one.field % names.length] ?? 'id';
  const from = JSON.parse(file[other] ?? '{}') as Line;
  const given = one.what === 'set' ? one.value : (from[name] ?? from['id'] ?? from['at']);
  return file.with(at, JSON.stringify({ ...fields, [name]: given }));
}

test('whatever is done to a file, it is refused as bad input or a conflict, or taken as it is; the server stays well', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const target = await emptyProject(server);
      const file = changes.reduce(changed, lines);
      try {
        await target.import([`${file.join('\n')}\n`]);
        expect(file).toEqual(lines);
      } catch (error) {
        if (!isLedgerError(error)) throw error;
        expect(['BAD_INPUT', 'ALREADY_EXISTS', 'VERSION_CONFLICT']).toContain(error.code);
        expect(error.message).not.toMatch(/SELECT|INSERT|syntax/);
      }
      // What was taken in until then is whole.
      for await (const run of target.runs.list()) {
        const { items } = await target.entries.list({ runId: run.id, limit: 500 });
        expect(items.map(({ revision }) => revision)).toEqual(items.map((_, index) => index + 1));
        expect(items).toHaveLength(run.revision);
        await exported(target, { run: run.key });
      }
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
});
