import { createStepledger } from '@stepledger/client';
import { createPlainLayout } from 'stepledger/src/sync/layouts/plain.ts';
import { createRunDocuments } from 'stepledger/src/sync/ledger/run-documents.ts';
import { syncFolder } from 'stepledger/src/sync/sync-folder.ts';

/** A process that syncs and dies at the given moment of it, as by kill -9. Arguments: url, run id, folder, moment. */
const [url = '', runId = '', root = '', dieAt = '0'] = process.argv.slice(2);

let moments = 0;
await syncFolder({
  root,
  runId,
  layout: createPlainLayout(),
  documents: createRunDocuments(createStepledger({ url, spool: false }), runId),
  options: { dryRun: false, delete: true, restore: false, step: null },
  moment: () => {
    moments += 1;
    if (moments === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
  },
});
