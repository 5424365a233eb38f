import type {
  BlobEncoding,
  Document,
  Entry,
  Exchange,
  Link,
  Run,
  Step,
  Stepledger,
} from '@stepledger/client';

/** An exchange with the bodies of its attempts, as texts. */
export interface StoredExchange {
  exchange: Exchange;
  attemptBodies: (string | null)[];
}

/** Everything of one step as the ledger answers it. */
export interface StoredStep {
  step: Step;
  exchanges: StoredExchange[];
  documents: { document: Document; links: Link[] }[];
}

export interface StoredRun {
  run: Run;
  steps: StoredStep[];
  entries: Entry[];
}

/** Reads a whole run through the client: steps in order, exchanges with their bodies, documents as written. */
export async function readRun(ledger: Stepledger, runId: string): Promise<StoredRun> {
  const [run, steps, entries] = await Promise.all([
    ledger.runs.get({ runId }),
    ledger.steps.list({ runId }).all(),
    ledger.entries.list({ runId }).all(),
  ]);
  const stored: StoredStep[] = [];
  for (const step of steps) stored.push(await readStep(ledger, step));
  return { run, steps: stored, entries };
}

async function readStep(ledger: Stepledger, step: Step): Promise<StoredStep> {
  const target = { runId: step.runId, step: { name: step.name, key: step.key } };
  const [summaries, documents] = await Promise.all([
    ledger.exchanges.list(target).all(),
    ledger.documents.byStep(target).all(),
  ]);
  return {
    step,
    exchanges: await Promise.all(summaries.map(({ id }) => readExchange(ledger, id))),
    documents: await Promise.all(
      documents.map(async (document) => {
        const { id: documentId, version } = document;
        return { document, links: await ledger.links.list({ documentId, version }).all() };
      }),
    ),
  };
}

async function readExchange(ledger: Stepledger, exchangeId: string): Promise<StoredExchange> {
  const exchange = await ledger.exchanges.get({ exchangeId });
  const attemptBodies = exchange.attempts.map(async ({ response }) => {
    return response === null ? null : decode(await ledger.blobs.get(response.id), response.encoding);
  });
  return { exchange, attemptBodies: await Promise.all(attemptBodies) };
}

/** Not by TextDecoder, which drops a BOM and replaces lone surrogates. */
function decode(bytes: Uint8Array, encoding: BlobEncoding): string {
  return Buffer.from(bytes).toString(encoding === 'utf16le' ? 'utf16le' : 'utf8');
}
