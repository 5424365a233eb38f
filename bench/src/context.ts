/**
 * What building a context takes against reading the same documents: a run of 200 documents of prose, of which a quarter
 * fits into the budget, and one in which all do.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildContextInput,
  listDocumentsInput,
  putManyDocumentsInput,
  type Services,
  startRunInput,
} from '@stepledger/contract';
import { openDatabase } from '@stepledger/db';
import { startPostgres } from '@stepledger/postgres';
import { type Contender, measure, print } from './measure.ts';

const DOCUMENTS = 200;
const LINES = 100;
/** Tokens of a quarter of the documents and of all of them, with something to spare. */
const [QUARTER, ALL] = [135_000, 600_000];

const dataDir = await mkdtemp(join(tmpdir(), 'stepledger-bench-'));
try {
  await using postgres = await startPostgres({ dataDir });
  await using database = await openDatabase({ url: postgres.url() });
  await database.migrate();
  const { id: projectId } = await database.ensureProject({ slug: 'bench', name: 'Bench' });
  const open = () => database.store.open({ projectId, actor: 'bench' });
  const runId = await writeRun(open());
  const contenders: Contender[] = [
    {
      name: 'documents.list',
      run: () => open().documents.list(listDocumentsInput.parse({ runId, limit: 500 })),
    },
    { name: 'context.build, a quarter', run: () => build(open(), { runId, budget: QUARTER }) },
    { name: 'context.build, all', run: () => build(open(), { runId, budget: ALL }) },
  ];
  print(`${DOCUMENTS} documents`, await measure(contenders, { rounds: 7, turnsPerRound: 5, writers: 1 }));
  const { manifest, text } = await build(open(), { runId, budget: ALL });
  console.log(`${manifest.tokens} tokens of ${text.length} characters`);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

function build(services: Services, input: { runId: string; budget: number }) {
  return services.context.build(buildContextInput.parse({ ...input, tokenizer: 'o200k_base' }));
}

async function writeRun(services: Services): Promise<string> {
  const { runId } = await services.runs.start(startRunInput.parse({ key: 'bench' }));
  const documents = Array.from({ length: DOCUMENTS }, (_, n) => ({
    kind: 'note',
    key: `${n}`,
    text: prose(n),
  }));
  await services.documents.putMany(putManyDocumentsInput.parse({ runId, documents }));
  return runId;
}

function prose(seed: number): string {
  const lines = Array.from(
    { length: LINES },
    (_, n) =>
      `${n}. The item ${seed * LINES + n} has a title, a state, and a date by which it is to be done.`,
  );
  return lines.join('\n');
}
