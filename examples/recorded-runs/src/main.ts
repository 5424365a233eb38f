import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createStepledger, isLedgerError } from '@stepledger/client';
import { loadRecordedRuns } from './recorded-runs.ts';
import { describeCorpus, describeLoad, describeVerification } from './report.ts';

const REAL = resolve(import.meta.dirname, '../../../../shared/data');
const SAMPLE = resolve(import.meta.dirname, '../sample');

const HELP = `Stores recorded runs of agents, reads them back and compares every text with its source.

  node src/main.ts [--url URL] [--token KEY] [--project SLUG] [DIR]

  DIR       holds the recordings, a .jsonl file each; default ../shared/data beside the checkout where it
            is there, else the sample of this example
  --url     where the server listens; default http://127.0.0.1:4400
  --token   an API key; a server on loopback needs none
  --project the project to store into; default the key's own, or "default"
  --help    this text

Loading twice changes nothing. Ends with 1 when something differs.
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:4400' },
      token: { type: 'string' },
      project: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [dir = existsSync(REAL) ? REAL : SAMPLE] = positionals;
  const { url, token, project } = values;
  const ledger = createStepledger({ url, token, project });
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const { corpus, plan, loaded, verified } = await loadRecordedRuns(ledger, dir, showProgress);
  say(`Source: ${dir}\n${describeCorpus(corpus)}`);
  say(describeLoad(plan, loaded));
  say(describeVerification(verified));
  return verified.mismatches.length === 0 ? 0 : 1;
}

function showProgress(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  const known = isLedgerError(error) || (error instanceof Error && !(error instanceof TypeError));
  process.stderr.write(`${known ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
