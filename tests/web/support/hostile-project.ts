import { createStepledger, type DocumentHandle, type RunHandle, type Stepledger } from '@stepledger/client';
import { HOSTILE, HOSTILE_NAMES, UNSEEN } from './hostile-texts.ts';

/** All of them in one text, each a paragraph of its own. */
const HOSTILE_TEXT = [...HOSTILE, ...UNSEEN].join('\n\n');
/** The same for what is stored as JSON, which holds neither NUL nor half a character. */
const JSON_TEXT = HOSTILE_TEXT.replaceAll('\0', '').toWellFormed();
/** All again without empty lines, so that each stands beside one that differs. */
const DENSE_TEXT = HOSTILE_TEXT.replaceAll('\n\n', '\n');
/** Stands in what is searched for. */
export const HOSTILE_WORD = 'needleword';

/** Where to look at it. */
export interface HostileProject {
  /** Its fields have the names in turns: each in so many steps as there are names, each time another. */
  runKey: string;
  /** A step of it, as a URL names it. */
  step: string;
  /** Forked from it, and otherwise since. */
  forkKey: string;
  promptName: string;
  /** Has one version of each kind of change, an input that has moved, and lines of several authors. */
  documentId: string;
  /** What it was built on, and what was built on that before it moved. */
  inputId: string;
  staleId: string;
  deletedId: string;
  /** Read twice, failing and then into a document. */
  stepExchangeId: string;
  /** Messages, variables, parameters, attempts and parses with all texts; its response is one of them. */
  exchangeId: string;
  jsonExchangeId: string;
  /** The body of its HTTP response is HTML. */
  htmlExchangeId: string;
  binaryExchangeId: string;
  failedExchangeId: string;
  openExchangeId: string;
}

/** The name with a number, and from the last on those from the first. */
const nameOf = (index: number) => HOSTILE_NAMES[index % HOSTILE_NAMES.length] ?? '';

/** Puts attacks into every text that callers may store and a page may show. */
export async function writeHostileProject(server: {
  url: string;
  ledger: Stepledger;
}): Promise<HostileProject> {
  const { ledger } = server;
  await ledger.projects.update({ slug: 'default', name: nameOf(0) });
  for (const index of HOSTILE_NAMES.keys()) await writeNames(ledger, index);
  const run = await ledger.run({
    key: nameOf(0),
    workflow: nameOf(1),
    strict: false,
    goal: HOSTILE_TEXT,
    metadata: { [nameOf(2)]: JSON_TEXT },
  });
  const stepExchangeIds: string[] = [];
  for (const index of HOSTILE_NAMES.keys()) {
    stepExchangeIds.push(await writeStep({ url: server.url, runId: run.id, index }));
  }
  const documents = await writeDocuments(run);
  const exchanges = await writeExchanges(ledger, run);
  const forkKey = nameOf(1);
  // What is being done now.
  await ledger.steps.start({ runId: run.id, step: { name: nameOf(3), key: nameOf(9) } });
  const fork = await run.fork({
    key: forkKey,
    revision: 1,
    goal: JSON_TEXT,
    metadata: { [nameOf(3)]: nameOf(4) },
  });
  for (const index of [0, 1, 2]) await writeStep({ url: server.url, runId: fork.id, index, shift: 1 });
  const [stepExchangeId = ''] = stepExchangeIds;
  return {
    runKey: run.key,
    forkKey,
    promptName: nameOf(0),
    step: `${nameOf(0)}:${nameOf(1)}`,
    stepExchangeId,
    ...documents,
    ...exchanges,
  };
}

/** What stands for itself, not in a run. */
async function writeNames(ledger: Stepledger, index: number): Promise<void> {
  const name = nameOf(index);
  await ledger.workflows.define({
    name,
    steps: [{ name: nameOf(index + 1), prompt: nameOf(index + 2), kinds: [nameOf(index + 3)] }],
    note: HOSTILE_TEXT,
    metadata: { [nameOf(index + 4)]: JSON_TEXT },
  });
  const prompt = {
    name,
    parameters: [nameOf(index + 1), nameOf(index + 2)],
    note: HOSTILE_TEXT,
    metadata: { [nameOf(index + 3)]: JSON_TEXT },
  };
  await ledger.prompts.put({ ...prompt, syntax: nameOf(index + 4), template: `${HOSTILE_WORD} ${name}` });
  await ledger.prompts.put({
    ...prompt,
    syntax: nameOf(index + 5),
    template: [{ role: nameOf(index + 6), text: `${HOSTILE_WORD} ${name}\n{{${name}}}\n${HOSTILE_TEXT}` }],
  });
  await ledger.prompts.setLabel({ name, label: nameOf(index + 7), version: 2 });
  await ledger.apiKeys.create({ name });
}

interface StepOptions {
  url: string;
  runId: string;
  index: number;
  /** By so many names all but the step and its documents are others. */
  shift?: number;
}

/** A step with an exchange, what it was built on, what was parsed out of it, and who is to do something with that. */
async function writeStep({ url, runId, index, shift = 0 }: StepOptions): Promise<string> {
  const fixed = (offset: number) => nameOf(index + offset);
  const name = (offset: number) => nameOf(index + offset + shift);
  // Who does it is a text of the caller, too.
  const ledger = createStepledger({ url, spool: false, actor: fixed(0) });
  const step = { name: fixed(0), key: fixed(1) };
  const parent = { name: nameOf(shift), key: nameOf(shift + 1) };
  await ledger.steps.start({ runId, step, ...(index > shift && { parent }) });
  const about = { author: name(9), note: HOSTILE_TEXT, metadata: { [name(11)]: name(12) } };
  const used = await ledger.documents.put({
    ...about,
    runId,
    step,
    kind: fixed(5),
    key: fixed(4),
    text: name(0),
  });
  const { exchangeId } = await ledger.exchanges.record({
    runId,
    step,
    prompt: { name: name(2), label: name(9) },
    variables: { [name(3)]: name(4) },
    uses: [{ documentId: used.documentId, version: used.version }],
    messages: [{ role: name(5), content: `${HOSTILE_WORD} ${name(0)}` }],
    provider: name(6),
    model: name(7),
    responseModel: name(8),
    parameters: { [name(9)]: name(10) },
    response: `${HOSTILE_WORD} ${name(1)}`,
    attempts: [
      {
        status: 'completed',
        url: `https://smuggled.example/${name(11)}`,
        contentType: name(12),
        headers: [{ name: 'x-smuggled', value: HOSTILE[index] ?? '' }],
        request: name(0),
        response: name(1),
      },
    ],
    parse: { parser: name(2), parserVersion: name(3), status: 'failed', error: name(4) },
  });
  await ledger.parses.record({
    exchangeId,
    parser: name(3),
    parserVersion: name(4),
    documents: [
      {
        kind: fixed(5),
        key: fixed(6),
        title: name(7),
        status: 'open',
        tags: [name(8)],
        ...about,
        text: `${UNSEEN.join(' ')} ${HOSTILE_WORD} ${name(0)}`,
      },
    ],
  });
  await ledger.documents.claim({ runId, holder: name(10) });
  await ledger.steps.fail({ runId, step, error: name(11) });
  return exchangeId;
}

async function writeDocuments(run: RunHandle) {
  const first = run.step(nameOf(0), { key: nameOf(1) });
  const second = run.step(nameOf(1));
  const input = await first.documents.put({ kind: nameOf(2), key: nameOf(3), text: HOSTILE_TEXT });
  const dependency = await first.documents.put({ kind: nameOf(3), text: nameOf(3), status: nameOf(4) });
  const { documents } = await first.record({
    prompt: {
      name: nameOf(0),
      version: 2,
      messages: [{ role: 'user', content: HOSTILE_TEXT }],
      variables: { [nameOf(1)]: HOSTILE_TEXT },
    },
    model: nameOf(4),
    uses: [input.ref],
    response: HOSTILE_TEXT,
    parse: { parser: nameOf(5), parserVersion: nameOf(6) },
    documents: [
      {
        kind: nameOf(4),
        key: nameOf(8),
        title: nameOf(6),
        status: nameOf(7),
        tags: HOSTILE.slice(0, 50),
        metadata: { [nameOf(8)]: JSON_TEXT },
        text: HOSTILE_TEXT,
        links: [{ relation: 'depends_on', to: dependency.ref }],
      },
    ],
  });
  const document = await run.documents.get({ kind: nameOf(4), key: documents[0]?.key ?? '' });
  await change(document, nameOf(9), `${DENSE_TEXT}\n${nameOf(1)}\n`);
  await change(document, nameOf(10), `${nameOf(2)}\n${HOSTILE_TEXT}\n`);
  const stale = await second.documents.put({
    kind: nameOf(8),
    key: nameOf(9),
    text: HOSTILE_TEXT,
    links: [{ relation: 'derived_from', to: input.ref }],
  });
  await input.update(`${HOSTILE_TEXT}\nmoved`);
  const deleted = await second.documents.put({ kind: nameOf(6), key: nameOf(7), text: HOSTILE_TEXT });
  await deleted.delete({ author: nameOf(8), note: HOSTILE_TEXT });
  return { documentId: document.id, inputId: input.id, staleId: stale.id, deletedId: deleted.id };
}

function change(document: DocumentHandle, author: string, text: string) {
  return document.update({ author, text, note: HOSTILE_TEXT });
}

async function writeExchanges(ledger: Stepledger, run: RunHandle) {
  const step = run.step(nameOf(0), { key: nameOf(1) });
  const provider = { prompt: DENSE_TEXT, provider: nameOf(2), model: nameOf(3) };
  const parts = JSON.stringify([{ type: 'text', text: HOSTILE_TEXT }, { image: HOSTILE_TEXT }]);
  const full = await step.record({
    ...provider,
    prompt: {
      name: nameOf(0),
      version: 2,
      messages: [
        { role: nameOf(4), content: HOSTILE_TEXT },
        { role: nameOf(5), content: parts, format: 'json' },
      ],
      variables: { [nameOf(6)]: HOSTILE_TEXT },
    },
    responseModel: nameOf(7),
    parameters: { [nameOf(8)]: JSON_TEXT },
    metadata: { [nameOf(9)]: JSON_TEXT },
    response: HOSTILE_TEXT,
    attempts: [
      { status: 'failed', error: HOSTILE_TEXT, url: HOSTILE_TEXT.slice(0, 2000), request: HOSTILE_TEXT },
      { status: 'completed', contentType: nameOf(10), request: HOSTILE_TEXT, response: HOSTILE_TEXT },
    ],
  });
  const { exchangeId } = full;
  await run.step(nameOf(2)).fail(HOSTILE_TEXT);
  const json = await step.record({ ...provider, response: JSON.stringify({ [nameOf(1)]: HOSTILE_TEXT }) });
  const page = Buffer.from(`<!doctype html><body>${JSON_TEXT}</body>`);
  const html = await step.record({
    ...provider,
    response: page,
    attempts: [{ status: 'completed', contentType: 'text/html; charset=utf-8', response: page }],
  });
  const binary = await step.record({ ...provider, response: Uint8Array.of(0xff, 0, 0x1b, 0x5b, 0x3c, 0x73) });
  const failed = await step.record({ ...provider, error: HOSTILE_TEXT });
  const open = await step.exchanges.open(provider);
  const bytes = { base64: Buffer.from(JSON_TEXT).toString('base64') };
  await ledger.exchanges.append({ exchangeId: open.id, offset: 0, bytes });
  return {
    exchangeId,
    jsonExchangeId: json.exchangeId,
    htmlExchangeId: html.exchangeId,
    binaryExchangeId: binary.exchangeId,
    failedExchangeId: failed.exchangeId,
    openExchangeId: open.id,
  };
}
