import type { Document, ExchangeSummary, Step } from '@stepledger/client';
import { formatBytes, formatCount, formatCountOf, formatDuration } from '../output/format.ts';
import type { Style } from '../output/style.ts';
import { visibleLine } from '../output/visible.ts';
import { showDocumentRef, showStepRef } from '../refs/shown-refs.ts';
import type { Shell } from '../shell/shell.ts';
import type { MadeDocument } from './join-documents.ts';
import type { ListedParse } from './read-run.ts';

/** Of an error's text, so that a stack trace stays one line. */
const MAX_ERROR = 200;

const COLOURS: Record<string, Parameters<Style>[0]> = {
  completed: 'green',
  failed: 'red',
  interrupted: 'red',
  cancelled: 'red',
  running: 'cyan',
  pending: 'cyan',
  streaming: 'cyan',
};

/** One line each for what a run holds; every stored text in it is made visible. */
export class ItemLines {
  readonly #shell: Shell;
  readonly #style: Style;
  readonly #run: string;

  /** @param run the run's key */
  constructor(shell: Shell, run: string) {
    this.#shell = shell;
    this.#style = shell.out.style;
    this.#run = run;
  }

  step(step: Step): string {
    const { startedAt, finishedAt } = step;
    return join([
      this.#style('bold', showStepRef(step)),
      this.status(step.status),
      finishedAt === null ? null : formatDuration(Date.parse(finishedAt) - Date.parse(startedAt)),
      `r${step.startedRevision}`,
      this.#error(step.error),
    ]);
  }

  exchange(exchange: ExchangeSummary): string {
    const { prompt, usage, totalMs, response, receivedBytes, error } = exchange;
    const model = exchange.responseModel ?? exchange.model;
    return join([
      `exchange ${this.status(exchange.status)}`,
      prompt === null ? null : visibleLine(`${prompt.name}@${prompt.version}`),
      model === null ? null : visibleLine(model),
      tokensOf(usage),
      totalMs === null ? null : formatDuration(totalMs),
      response !== null
        ? formatBytes(response.size)
        : receivedBytes === null
          ? null
          : formatBytes(receivedBytes),
      exchange.attemptCount > 1 ? formatCountOf(exchange.attemptCount, 'attempt') : null,
      this.#style('dim', exchange.id),
      this.#error(error),
    ]);
  }

  parse({ parser, parserVersion, status, error, errorOffset }: ListedParse): string {
    return join([
      `parse ${this.status(status)}`,
      visibleLine(`${parser}@${parserVersion}`),
      errorOffset === null ? null : `at ${formatCount(errorOffset)}`,
      this.#error(error),
    ]);
  }

  /** A version that a parse made; what its document is called now is told if it is still the newest. */
  made({ kind, key, version, head }: MadeDocument): string {
    const ref = this.#ref({ kind, key, version });
    if (head === null) return ref;
    if (head.version === version) return join([ref, ...this.#attributes(head)]);
    return join([
      ref,
      this.#style('dim', head.deleted ? `deleted by @${head.version}` : `now @${head.version}`),
    ]);
  }

  /** A document whose newest version came out of no exchange. */
  document(document: Document): string {
    const { author } = document;
    return join([
      this.#ref(document),
      document.deleted ? this.#style('red', 'deleted') : null,
      author === null ? null : `by ${visibleLine(author)}`,
      ...this.#attributes(document),
    ]);
  }

  status(status: string): string {
    return this.#style(COLOURS[status] ?? 'yellow', visibleLine(status));
  }

  #ref(document: { kind: string; key: string; version: number }): string {
    const { kind, key, version } = document;
    return this.#style('yellow', showDocumentRef(this.#shell, { run: this.#run, kind, key, version }));
  }

  #attributes({ content, purged, title, status, tags }: Document): (string | null)[] {
    return [
      purged ? this.#style('red', 'purged') : content === null ? null : formatBytes(content.size),
      title === null ? null : visibleLine(JSON.stringify(title)),
      status === null ? null : visibleLine(status),
      ...tags.map((tag) => visibleLine(`#${tag}`)),
    ];
  }

  #error(error: string | null): string | null {
    if (error === null) return null;
    const line = visibleLine(error.slice(0, MAX_ERROR));
    return this.#style('red', error.length > MAX_ERROR ? `${line}…` : line);
  }
}

function tokensOf(usage: ExchangeSummary['usage']): string | null {
  if (usage === null) return null;
  const { inputTokens, outputTokens, totalTokens } = usage;
  if (inputTokens === undefined && outputTokens === undefined) {
    return totalTokens === undefined ? null : `${formatCount(totalTokens)} tokens`;
  }
  const count = (tokens: number | undefined) => (tokens === undefined ? '?' : formatCount(tokens));
  return `${count(inputTokens)} in ${count(outputTokens)} out`;
}

function join(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join('  ');
}
