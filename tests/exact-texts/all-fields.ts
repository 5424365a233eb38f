import type { Stepledger } from '@stepledger/client';
import type { ResponseHeader } from '@stepledger/contract';
import { createSupply, type Returned } from '../ledger/support/texts.ts';

/** How many texts one round trip takes. */
export const TEXTS_OF_A_ROUND_TRIP = 94;

/** Puts one text into every exact field of the API and reads each back. */
export async function sendThroughEveryField(
  ledger: Stepledger,
  name: string,
  texts: readonly string[],
): Promise<Returned[]> {
  const next = createSupply(texts);
  const run = await ledger.run({ key: name, goal: next() });
  const parts = await Promise.all([
    ofPrompt(ledger, name, next),
    ofWorkflow(ledger, name, next),
    ofRun(ledger, { runId: run.id, first: texts[0], next }),
    ofRecord(ledger, run.id, next),
    ofOpened(ledger, run.id, next),
    ofDocument(ledger, run.id, next),
    ofStep(ledger, run.id, next),
  ]);
  return parts.flat();
}

type Supply = () => string;

async function ofPrompt(ledger: Stepledger, name: string, next: Supply): Promise<Returned[]> {
  const [system, user, note, value] = [next(), next(), next(), next()];
  const template = [
    { role: 'system', text: system },
    { role: 'user', text: user },
  ];
  await ledger.prompts.put({ name, template, syntax: 'jinja2', note });
  const filled = `${name}-filled`;
  await ledger.prompts.put({ name: filled, template: '{{it}}|{{{it}}}', parameters: ['it'] });
  const [got, { items }, rendered] = await Promise.all([
    ledger.prompts.get({ name }),
    ledger.prompts.history({ name }),
    ledger.prompts.render({ name: filled, variables: { it: value } }),
  ]);
  return [
    ['prompts.template', template, got.template],
    ['prompts.note', note, got.note],
    ['prompts.history', template, items[0]?.template],
    ['prompts.render', `${value}|${value}`, rendered.messages[0]?.text],
  ];
}

async function ofWorkflow(ledger: Stepledger, name: string, next: Supply): Promise<Returned[]> {
  const note = next();
  await ledger.workflows.define({ name, note, steps: [{ name: 'design_step' }] });
  return [['workflows.note', note, (await ledger.workflows.get({ name })).note]];
}

async function ofRun(
  ledger: Stepledger,
  { runId, first, next }: { runId: string; first: string | undefined; next: Supply },
): Promise<Returned[]> {
  const goal = next();
  const before = await ledger.runs.get({ runId });
  await ledger.runs.update({ runId, goal });
  const after = await ledger.runs.get({ runId });
  return [
    ['runs.goal', first, before.goal],
    ['runs.goal, updated', goal, after.goal],
  ];
}

async function ofRecord(ledger: Stepledger, runId: string, next: Supply): Promise<Returned[]> {
  const sent = {
    messages: [
      { role: 'system', content: next(), format: 'text' as const },
      { role: 'user', content: next(), format: 'json' as const },
      ...Array.from({ length: 6 }, () => ({ role: 'assistant', content: next(), format: 'text' as const })),
    ],
    variables: { requirement: next(), 'another name': next() },
    response: next(),
    error: next(),
  };
  const attempts = [
    {
      status: 'failed' as const,
      request: next(),
      response: next(),
      error: next(),
      ...saying(next(), next()),
    },
    { status: 'completed' as const, request: next(), response: next() },
  ];
  const parse = { parser: 'lines', parserVersion: '2', status: 'completed' as const, error: next() };
  const documents = Array.from({ length: 20 }, (_, index) => ({
    kind: 'design',
    key: `part ${index}`,
    text: next(),
    note: next(),
  }));
  const step = { name: 'design_step' };
  const recorded = await ledger.exchanges.record({ runId, step, ...sent, attempts, parse, documents });
  const { exchangeId } = recorded;
  const again = next();
  await ledger.parses.record({ exchangeId, status: 'failed', error: again });
  const [exchange, { items }] = await Promise.all([
    ledger.exchanges.get({ exchangeId }),
    ledger.documents.byStep({ runId, step }),
  ]);
  const { messages, variables, responseText: response, error } = exchange;
  return [
    ['exchanges.record', sent, { messages, variables, response, error }],
    ...(await ofAttempts(ledger, attempts, exchange.attempts)),
    ['parse.error', [parse.error, again], exchange.parses.map((made) => made.error)],
    ...documents.map(
      (document, index): Returned => [
        'record.documents',
        document,
        (({ kind, key, text, note }) => ({ kind, key, text, note }))(items[index] ?? blank),
      ],
    ),
  ];
}

const blank = { kind: null, key: null, text: null, note: null };

async function ofOpened(ledger: Stepledger, runId: string, next: Supply): Promise<Returned[]> {
  const open = () => ({
    runId,
    step: { name: 'review_step' },
    messages: [{ role: 'user', content: next(), format: 'text' as const }],
    variables: { code: next() },
  });
  const sent = [open(), open()] as const;
  const answer = {
    response: next(),
    attempts: [{ status: 'completed' as const, request: next(), response: next() }],
  };
  const failure = {
    error: next(),
    response: next(),
    attempts: [{ status: 'failed' as const, error: next() }],
  };
  const ids = (await Promise.all(sent.map((input) => ledger.exchanges.open(input)))).map((o) => o.exchangeId);
  const [completed = '', failed = ''] = ids;
  await Promise.all([
    ledger.exchanges.complete({ exchangeId: completed, ...answer }),
    ledger.exchanges.fail({ exchangeId: failed, ...failure }),
  ]);
  const got = await Promise.all(ids.map((exchangeId) => ledger.exchanges.get({ exchangeId })));
  const fields = got.map(async (exchange, index): Promise<Returned[]> => {
    const { messages, variables } = exchange;
    const { attempts } = index === 0 ? answer : failure;
    return [
      ['exchanges.open', [sent[index]?.messages, sent[index]?.variables], [messages, variables]],
      ...(await ofAttempts(ledger, attempts, exchange.attempts)),
    ];
  });
  return [
    ...(await Promise.all(fields)).flat(),
    ['exchanges.complete', answer.response, got[0]?.responseText],
    ['exchanges.fail', [failure.error, failure.response], [got[1]?.error, got[1]?.responseText]],
  ];
}

function saying(...values: string[]) {
  return { headers: values.map((value) => ({ name: 'x-said', value })) };
}

interface SentAttempt {
  request?: string;
  response?: string;
  error?: string;
  headers?: ResponseHeader[];
}
interface StoredAttempt {
  request: { id: string } | null;
  response: { id: string } | null;
  error: string | null;
  headers: ResponseHeader[] | null;
}

/** Bodies of attempts are read as bytes, by their names. */
async function ofAttempts(
  ledger: Stepledger,
  sent: readonly SentAttempt[],
  stored: readonly StoredAttempt[],
): Promise<Returned[]> {
  const read = async (blob: { id: string } | null | undefined): Promise<string | undefined> => {
    if (!blob) return undefined;
    const encoding = blob.id.endsWith('.utf16le') ? 'utf16le' : 'utf8';
    return Buffer.from(await ledger.blobs.get(blob.id)).toString(encoding);
  };
  return Promise.all(
    sent.map(async (attempt, index): Promise<Returned> => {
      const got = stored[index];
      const [request, response] = await Promise.all([read(got?.request), read(got?.response)]);
      const sentFields = [attempt.request, attempt.response, attempt.error, attempt.headers];
      return [
        'attempts',
        sentFields,
        [request, response, got?.error ?? undefined, got?.headers ?? undefined],
      ];
    }),
  );
}

async function ofDocument(ledger: Stepledger, runId: string, next: Supply): Promise<Returned[]> {
  const sent = [next(), next(), next()] as const;
  const notes = [next(), next(), next(), next(), next()] as const;
  const document = { runId, kind: 'notes', key: 'lifecycle' };
  const { documentId } = await ledger.documents.create({ ...document, text: sent[0], note: notes[0] });
  await ledger.documents.put({ ...document, text: sent[1], note: notes[1] });
  await ledger.documents.update({ documentId, text: sent[2], note: notes[2] });
  await ledger.documents.delete({ documentId, note: notes[3] });
  await ledger.documents.restore({ documentId, version: 1, note: notes[4] });
  const { items } = await ledger.documents.history({ documentId, withText: true });
  const got = await ledger.documents.get({ documentId });
  return [
    ['documents.text', [...sent, null, sent[0]], items.map(({ text }) => text)],
    ['documents.note', notes, items.map(({ note }) => note)],
    ['documents.get', [sent[0], notes[4]], [got.text, got.note]],
  ];
}

async function ofStep(ledger: Stepledger, runId: string, next: Supply): Promise<Returned[]> {
  const error = next();
  const step = { name: 'test_step', key: '1' };
  await ledger.steps.fail({ runId, step, error });
  return [['steps.error', error, (await ledger.steps.get({ runId, step })).error]];
}
