import { createStepledger } from '@stepledger/client';
import { createPlainLayout, createRunDocuments, syncFolder } from 'stepledger/sync';

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
