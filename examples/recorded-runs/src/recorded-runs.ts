import type { Stepledger } from '@stepledger/client';
import { type Corpus, loadCorpus } from './corpus.ts';
import { type Loaded, load } from './load.ts';
import { type Plan, planLoad } from './plan.ts';
import { type Verified, verify } from './verify.ts';

export interface RecordedRuns {
  corpus: Corpus;
  plan: Plan;
  loaded: Loaded;
  verified: Verified;
}

/** Stores the recorded runs of a directory and compares what is stored with them. Again is safe, and changes nothing. */
export async function loadRecordedRuns(
  ledger: Stepledger,
  dir: string,
  onProgress: (line: string) => void = () => undefined,
): Promise<RecordedRuns> {
  const corpus = await loadCorpus(dir);
  const plan = planLoad(corpus);
  const loaded = await load(ledger, plan, onProgress);
  return { corpus, plan, loaded, verified: await verify(ledger, { plan, loaded }, onProgress) };
}
