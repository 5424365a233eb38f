/** What stands behind the `?` of a URL, as the router has parsed it: anything at all. */
type Raw = Record<string, unknown>;

/** Anybody can write a URL: what a page does not know of is left out rather than believed. */
function text(value: unknown): string | undefined {
  // The router reads digits and words of JSON as what they look like.
  const asText = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return typeof asText === 'string' && asText !== '' && asText.length <= 1000 ? asText : undefined;
}

function oneOf<const Choice extends string>(value: unknown, choices: readonly Choice[]): Choice | undefined {
  return choices.find((choice) => choice === value);
}

function natural(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** A parameter is taken out of the URL by setting it to undefined. */
type Present<Search> = { [K in keyof Search]?: NonNullable<Search[K]> | undefined };

/**
 * What is not there has to be named as undefined, which does not stand in a URL: of parameters that are left out, the
 * router would hand on what the URL says.
 */
export function present<Search extends Record<string, unknown>>(search: Search): Present<Search> {
  return search as Present<Search>;
}

export const RUN_STATUSES = ['running', 'completed', 'failed', 'cancelled'] as const;
const RUN_ORDERS = ['newest', 'oldest', 'changed'] as const;
export const runsSearch = (raw: Raw) =>
  present({
    status: oneOf(raw['status'], RUN_STATUSES),
    workflow: text(raw['workflow']),
    order: oneOf(raw['order'], RUN_ORDERS),
    /** The key of a run that was picked, to be compared with another. */
    compare: text(raw['compare']),
  });

export const RUN_TABS = ['documents', 'exchanges', 'parses', 'lineage', 'entries'] as const;
export const LIST_ORDERS = ['oldest', 'newest'] as const;
export const EXCHANGE_FILTERS = [
  'pending',
  'streaming',
  'interrupted',
  'completed',
  'failed',
  'unparsed',
] as const;
export const runSearch = (raw: Raw) =>
  present({
    tab: oneOf(raw['tab'], RUN_TABS),
    /** The revision that is looked at; the newest when left out. */
    at: natural(raw['at']),
    /** `name` or `name:key` of the step whose things are shown; all when left out. */
    step: text(raw['step']),
    steps: oneOf(raw['steps'], ['tree', 'timeline'] as const),
    /** Of documents, exchanges and parses; the oldest come first when left out. */
    order: oneOf(raw['order'], LIST_ORDERS),
    /** Of exchanges. */
    status: oneOf(raw['status'], EXCHANGE_FILTERS),
    /** The id of the document whose lineage is shown. */
    document: text(raw['document']),
    /** Its version; the head when left out. */
    version: natural(raw['version']),
  });

export const DIFFERENCES = ['run', 'step', 'exchange', 'document'] as const;
export const compareSearch = (raw: Raw) =>
  present({
    /** Keys of runs: two, or one at two revisions. */
    from: text(raw['from']),
    to: text(raw['to']),
    fromAt: natural(raw['fromAt']),
    toAt: natural(raw['toAt']),
    /** Only differences of these. */
    what: oneOf(raw['what'], DIFFERENCES),
  });

export const DOCUMENT_VIEWS = ['text', 'source', 'diff', 'blame', 'lineage', 'versions'] as const;
export const documentSearch = (raw: Raw) =>
  present({
    /** The version that is looked at; when left out, the head as it was when the page was opened. */
    version: natural(raw['version']),
    view: oneOf(raw['view'], DOCUMENT_VIEWS),
    /** The version that the diff compares it with; the one before when left out. */
    compare: natural(raw['compare']),
    edit: oneOf(raw['edit'], ['text', 'merge'] as const),
  });

export const EXCHANGE_VIEWS = ['messages', 'response', 'parses', 'attempts', 'diff'] as const;
export const BODY_FORMS = ['readable', 'exact', 'bytes'] as const;
export const EXCHANGE_PARTS = ['messages', 'response'] as const;
export const exchangeSearch = (raw: Raw) =>
  present({
    view: oneOf(raw['view'], EXCHANGE_VIEWS),
    /** How messages and response are shown. */
    form: oneOf(raw['form'], BODY_FORMS),
    /** The exchange that this one is compared with. */
    with: text(raw['with']),
    /** Which of the two is compared. */
    part: oneOf(raw['part'], EXCHANGE_PARTS),
  });

export const SEARCH_SOURCES = ['documents', 'prompts', 'responses'] as const;
export const SEARCH_MODES = ['full', 'exact', 'fuzzy'] as const;
export const SEARCH_ORDERS = ['newest', 'ranked'] as const;
export const searchSearch = (raw: Raw) =>
  present({
    q: text(raw['q']),
    in: oneOf(raw['in'], SEARCH_SOURCES),
    mode: oneOf(raw['mode'], SEARCH_MODES),
    order: oneOf(raw['order'], SEARCH_ORDERS),
    versions: oneOf(raw['versions'], ['all'] as const),
    workflow: text(raw['workflow']),
    step: text(raw['step']),
    kind: text(raw['kind']),
  });

export const liveSearch = (raw: Raw) =>
  present({ q: text(raw['q']), errors: raw['errors'] === true ? true : undefined });

export const STATS_BY = ['day', 'step', 'model', 'prompt'] as const;
export const STATS_MEASURES = ['tokens', 'latency', 'parses', 'exchanges'] as const;
export const STATS_DAYS = [1, 7, 30, 90, 365] as const;
export const statsSearch = (raw: Raw) =>
  present({
    by: oneOf(raw['by'], STATS_BY),
    measure: oneOf(raw['measure'], STATS_MEASURES),
    /** The last so many days in UTC, this one included. */
    days: STATS_DAYS.find((known) => known === raw['days']),
    workflow: text(raw['workflow']),
  });

export const PROMPT_VIEWS = ['template', 'diff', 'uses'] as const;
export const promptSearch = (raw: Raw) =>
  present({
    /** The newest when left out. */
    version: natural(raw['version']),
    view: oneOf(raw['view'], PROMPT_VIEWS),
    /** The version that the diff begins with; the one before when left out. */
    from: natural(raw['from']),
  });

export const SUBTASK_VIEWS = ['board', 'graph'] as const;
export const subtasksSearch = (raw: Raw) =>
  present({
    view: oneOf(raw['view'], SUBTASK_VIEWS),
    /** `subtask` when left out; of every kind when empty. */
    kind: raw['kind'] === '' ? '' : text(raw['kind']),
  });

export const settingsSearch = (raw: Raw) =>
  present({
    /** Whether keys that were revoked are listed, too. */
    revoked: raw['revoked'] === true ? true : undefined,
  });
