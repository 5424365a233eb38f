import type { Document, Exchange, ExchangeSummary, Run, Step } from '@stepledger/contract';
import type { Features } from '../../calls/features.ts';
import type { TransferCalls } from '../transfer-calls.ts';
import { block, code, type FolderFile, frontMatter, link, readable } from './folder-text.ts';
import { safeName } from './safe-name.ts';

/** What a folder is read by: every read is one that anybody may do. */
export interface FolderCalls extends Pick<TransferCalls, 'blobs' | 'options'> {
  readonly features: TransferCalls['features'] & Pick<Features, 'runs' | 'steps' | 'documents' | 'exchanges'>;
}

/** Digits of a number in a file name, so that they sort as they were made. */
const DIGITS = 6;

/** The files of one run under `path`: a folder for each step with its documents and exchanges, and a README for all. */
export async function* runFiles(
  calls: FolderCalls,
  run: Run,
  path: readonly string[],
): AsyncGenerator<FolderFile, void, undefined> {
  const steps = new Map<string, { step: Step; folder: string; lines: string[] }>();
  const loose: string[] = [];
  for await (const step of calls.features.steps.list({ runId: run.id }, calls.options)) {
    const number = String(steps.size + 1).padStart(3, '0');
    const name = safeName(step.key === '' ? step.name : `${step.name}-${step.key}`);
    steps.set(step.id, { step, folder: `${number}-${name}`, lines: [] });
  }
  for await (const document of calls.features.documents.list(
    { runId: run.id, withText: true },
    calls.options,
  )) {
    const place = document.step === null ? undefined : steps.get(document.step.id);
    const own = [place?.folder ?? 'documents', `${documentName(document)}.md`];
    (place?.lines ?? loose).push(
      `- ${link(`${document.kind}/${document.key}`, own)}, version ${document.version}`,
    );
    yield { path: [...path, ...own], content: documentText(document) };
  }
  let exchanges = 0;
  for await (const summary of calls.features.exchanges.list({ runId: run.id }, calls.options)) {
    exchanges += 1;
    const place = steps.get(summary.step.id);
    const own = [place?.folder ?? 'exchanges', 'exchanges', String(exchanges).padStart(DIGITS, '0')];
    const files = await exchangeFiles(calls, summary);
    const links = files.map(
      ({ name }) => `[${name}](${[...own.slice(0, -1), `${own.at(-1)}-${name}`].join('/')})`,
    );
    const told = [summary.status, ...(summary.model === null ? [] : [code(summary.model)])].join(', ');
    (place?.lines ?? loose).push(`- exchange ${exchanges} (${told}): ${links.join(', ')}`);
    for (const { name, content } of files) {
      yield { path: [...path, ...own.slice(0, -1), `${own.at(-1)}-${name}`], content };
    }
  }
  yield { path: [...path, 'README.md'], content: index(run, [...steps.values()], loose) };
}

function documentName({ kind, key }: Document): string {
  return safeName(kind === key ? kind : `${kind}--${key}`);
}

function documentText(document: Document): string {
  const { id, kind, key, version, step, title, status, tags, revision, text } = document;
  const fields = {
    id,
    kind,
    key,
    version,
    revision,
    step: step === null ? null : step.name,
    stepKey: step === null || step.key === '' ? null : step.key,
    title,
    status,
    tags: tags.length === 0 ? null : tags,
    purged: text === null ? true : null,
  };
  return `${frontMatter(fields)}${readable(text ?? '')}`;
}

interface NamedFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** The messages as they were sent, and the response as it came. */
async function exchangeFiles(calls: FolderCalls, { id }: ExchangeSummary): Promise<NamedFile[]> {
  const exchange = await calls.features.exchanges.get({ exchangeId: id }, calls.options);
  const files: NamedFile[] = [{ name: 'prompt.md', content: promptText(exchange) }];
  if (exchange.responseText !== null) {
    files.push({ name: 'response.md', content: readable(exchange.responseText) });
  } else if (exchange.response !== null) {
    const content = await calls.blobs.get(exchange.response.id, calls.options);
    files.push({ name: 'response.bin', content });
  }
  return files;
}

function promptText(exchange: Exchange): string {
  const { id, step, status, prompt, provider, model, openedAt, error, messages } = exchange;
  const fields = {
    id,
    step: step.name,
    stepKey: step.key === '' ? null : step.key,
    status,
    prompt: prompt === null ? null : `${prompt.name}@${prompt.version}`,
    provider,
    model,
    openedAt,
    error: error === null ? null : readable(error),
  };
  const told = messages.map(({ role, content }) => `\n## ${code(role)}\n\n${block(readable(content))}`);
  return `${frontMatter(fields)}${told.join('')}`;
}

function index(
  run: Run,
  steps: readonly { step: Step; folder: string; lines: readonly string[] }[],
  loose: readonly string[],
): string {
  const origin = run.origin === null ? null : `${run.origin.runId} at revision ${run.origin.revision}`;
  const fields = { id: run.id, key: run.key, status: run.status, revision: run.revision, origin };
  const sections = steps.map(({ step, lines }) => {
    const name = step.key === '' ? code(step.name) : `${code(step.name)} ${code(step.key)}`;
    const error = step.error === null ? '' : `\n${block(readable(step.error))}`;
    return `\n## ${name}: ${step.status}\n${error}\n${lines.join('\n')}\n`;
  });
  const others = loose.length === 0 ? '' : `\n## Without a step\n\n${loose.join('\n')}\n`;
  const goal = run.goal === null ? '' : `\n${block(readable(run.goal))}`;
  return `${frontMatter(fields)}\n# ${code(run.key)}\n${goal}${sections.join('')}${others}`;
}
