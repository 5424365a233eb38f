import type { Stepledger, Usage } from '@stepledger/client';
import fc from 'fast-check';

/** One exchange of a history, and how it was read. */
export interface Recording {
  /** The place of its run. */
  readonly run: number;
  readonly step: { name: string; key: string };
  readonly model?: string | undefined;
  readonly responseModel?: string | undefined;
  readonly prompt?: { name: string; version: number } | undefined;
  readonly usage?: Usage | undefined;
  readonly totalMs?: number | undefined;
  readonly firstByteMs?: number | undefined;
  readonly end: 'completed' | 'failed' | 'open';
  /** How each of its parses ended. */
  readonly parses: readonly ('completed' | 'failed')[];
  /** Whether its text is taken away again, and with it what the exchange said. */
  readonly purged: boolean;
}

const PROMPTS = ['design', 'review'];
const VERSIONS = 2;

const tokens = fc.integer({ min: 0, max: 1000 });
const recording: fc.Arbitrary<Recording> = fc.record({
  run: fc.nat(2),
  step: fc.record({
    name: fc.constantFrom('a_step', 'b_step', 'C_step', 'é_step'),
    key: fc.constantFrom('', '2'),
  }),
  model: fc.option(fc.constantFrom('small', 'large', 'Large'), { nil: undefined }),
  responseModel: fc.option(fc.constant('small'), { nil: undefined }),
  prompt: fc.option(
    fc.record({ name: fc.constantFrom(...PROMPTS), version: fc.integer({ min: 1, max: VERSIONS }) }),
    { nil: undefined },
  ),
  usage: fc.option(
    fc.record({ inputTokens: tokens, outputTokens: tokens, totalTokens: tokens }, { requiredKeys: [] }),
    { nil: undefined },
  ),
  totalMs: fc.option(fc.nat(30_000), { nil: undefined }),
  firstByteMs: fc.option(fc.nat(3000), { nil: undefined }),
  end: fc.constantFrom('completed', 'completed', 'completed', 'failed', 'open'),
  parses: fc.array(fc.constantFrom('completed', 'failed'), { maxLength: 3 }),
  purged: fc.boolean(),
});

export function recordings(length: number): fc.Arbitrary<Recording[]> {
  return fc.array(recording, { minLength: length, maxLength: length });
}

export async function putPrompts({ prompts }: Stepledger): Promise<void> {
  for (const name of PROMPTS) {
    for (let version = 1; version <= VERSIONS; version++) {
      await prompts.put({ name, template: `${name} ${version}` });
    }
  }
}

/** Records them one after the other. */
export async function record(
  ledger: Stepledger,
  runIds: readonly string[],
  recorded: readonly Recording[],
): Promise<void> {
  for (const [index, entry] of recorded.entries()) {
    const { run, step, end, parses, purged, responseModel, usage, totalMs, firstByteMs, ...sent } = entry;
    const messages = [{ role: 'user', content: `Do ${index}.` }];
    const open = { runId: runIds[run] ?? '', step, messages, ...sent };
    if (end === 'open') {
      await ledger.exchanges.open(open);
      continue;
    }
    const answer = end === 'failed' ? { error: 'HTTP 500' } : { response: `Done ${index}.` };
    const told = { responseModel, usage, totalMs, firstByteMs };
    const { exchangeId } = await ledger.exchanges.record({ ...open, ...answer, ...told });
    if (end === 'failed') continue;
    for (const status of parses) await ledger.parses.record({ exchangeId, status });
    if (!purged) continue;
    const made = [{ kind: 'code', key: `${index} ${exchangeId}`, text: 'secret' }];
    const { documents } = await ledger.parses.record({ exchangeId, documents: made });
    for (const { documentId } of documents) await ledger.documents.purge({ documentId, cascade: true });
  }
}
