import { type Api, createApi } from './api.ts';

/** Stands in every name, text and key that these tests send, so that it can be looked for where it must not be. */
export const CANARY = 'canary';

/** The steps that a world's workflow has. */
export const STEPS = ['requirement_step', 'design_step', 'code_review'] as const;

export interface World {
  /** Calls with an admin key of the world's project. */
  readonly api: Api;
  readonly key: string;
  readonly slug: string;
  readonly projectId: string;
  readonly workflow: string;
  /** A run of the workflow, which samples write into. */
  readonly runId: string;
  /** A word that was never used before, good for a name, key or slug. */
  word(): string;
  /** A text that was never used before. */
  text(): string;
  /** A step of the workflow that has not begun. */
  step(): { name: string; key: string };
  /** Makes a document of two versions in the world's run. */
  document(): Promise<WorldDocument>;
  /** Makes an exchange with its response, or one that waits for it, and answers its id. */
  exchange(state?: 'open'): Promise<string>;
  /** Reads an exchange of its own into two documents, by version 2 of the parser `fences`. */
  parse(): Promise<string>;
  /** Makes a prompt of one version. */
  prompt(): Promise<{ name: string }>;
  /** Makes a run of its own, with a ledger of one entry. */
  run(): Promise<{ runId: string; key: string }>;
  /** The same ones each time, for samples that leave them as they are. */
  readonly shared: Shared;
}

export interface Shared {
  document(): Promise<WorldDocument>;
  /** Has one attempt with a request and a response. */
  exchange(): Promise<string>;
  parse(): Promise<string>;
  /** Has two versions; the label points at the first. */
  prompt(): Promise<{ name: string; label: string }>;
  /** Bytes that were stored before. */
  blob(): Promise<string>;
}

export interface WorldDocument {
  documentId: string;
  kind: string;
  key: string;
  step: { name: string; key: string };
  tag: string;
  status: string;
}

export interface WorldOptions {
  /** Whether the run refuses steps that its workflow does not have; true when left out. */
  strict?: boolean;
}

let words = 0;

/** A word that no other call of this process gets. */
export function freshWord(): string {
  words += 1;
  // Of one length, so that none is part of another.
  return `${CANARY}-${String(words).padStart(7, '0')}`;
}

/** Makes a project with an admin key, without anything in it. */
export async function createProject(
  operator: Api,
): Promise<{ api: Api; key: string; slug: string; id: string }> {
  const slug = freshWord();
  const { id } = await operator.call('projects.create', { slug, name: `Project ${slug}` });
  const inProject = operator.with({ 'x-stepledger-project': slug });
  const { key } = await inProject.call('apiKeys.create', { name: freshWord(), access: 'admin' });
  return { api: createApi(operator.url, { authorization: `Bearer ${key}` }), key, slug, id };
}

/** Makes a project with a key, a workflow and a run of it; the operator may make projects. */
export async function createWorld(operator: Api, { strict = true }: WorldOptions = {}): Promise<World> {
  const { api, key, slug, id } = await createProject(operator);
  const workflow = freshWord();
  await api.call('workflows.define', {
    name: workflow,
    steps: STEPS.map((name) => ({ name, prompt: 'design', kinds: ['design'] })),
  });
  const { runId } = await api.call('runs.start', { key: freshWord(), workflow, strict });
  const making = createMaking(api, runId);
  return {
    api,
    key,
    slug,
    projectId: id,
    workflow,
    runId,
    word: freshWord,
    ...making,
    shared: createShared(api, making),
  };
}

type Making = Pick<World, 'text' | 'step' | 'document' | 'exchange' | 'parse' | 'prompt' | 'run'>;

function createMaking(api: Api, runId: string): Making {
  const text = () => `The text of ${freshWord()}.\r\n`;
  const step = () => ({ name: 'design_step', key: freshWord() });
  const exchange = async (state?: 'open') => {
    const sent = { runId, step: step(), messages: [{ role: 'user', content: text() }] };
    if (state === 'open') return (await api.call('exchanges.open', sent)).exchangeId;
    const attempts = [{ status: 'completed' as const, httpStatus: 200, request: text(), response: text() }];
    return (await api.call('exchanges.record', { ...sent, response: text(), attempts })).exchangeId;
  };
  return {
    text,
    step,
    exchange,
    async document() {
      const [kind, key, tag, status] = [freshWord(), freshWord(), freshWord(), freshWord()];
      const write = { runId, step: step(), kind, key, tags: [tag], status };
      await api.call('documents.put', { ...write, text: text() });
      const { documentId } = await api.call('documents.put', { ...write, text: text() });
      return { documentId, kind, key, step: write.step, tag, status };
    },
    async parse() {
      const exchangeId = await exchange();
      const documents = [1, 2].map(() => ({ kind: freshWord(), text: text() }));
      const parse = { exchangeId, parser: 'fences', parserVersion: '2', documents };
      return (await api.call('parses.record', parse)).parseId;
    },
    async prompt() {
      const name = freshWord();
      await api.call('prompts.put', { name, template: `${text()} {{topic}}`, parameters: ['topic'] });
      return { name };
    },
    async run() {
      const key = freshWord();
      return { runId: (await api.call('runs.start', { key })).runId, key };
    },
  };
}

function createShared(api: Api, { text, document, exchange, parse, prompt }: Making): Shared {
  return {
    document: once(document),
    exchange: once(() => exchange()),
    parse: once(parse),
    prompt: once(async () => {
      const [{ name }, label] = [await prompt(), freshWord()];
      await api.call('prompts.setLabel', { name, label, version: 1 });
      await api.call('prompts.put', { name, template: `Second ${text()} {{topic}}`, parameters: ['topic'] });
      return { name, label };
    }),
    blob: once(async () => {
      const stored = await api.http('PUT', '/raw', {
        body: Buffer.from(text()),
        type: 'application/octet-stream',
      });
      return (JSON.parse(stored.body) as { id: string }).id;
    }),
  };
}

function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
