import { type Change, type Document, type Entry, isLedgerError, type Run } from '@stepledger/client';
import { formatCount } from '../output/format.ts';
import { visibleLine } from '../output/visible.ts';
import { showDocumentRef, showStepRef } from '../refs/shown-refs.ts';
import type { Shell } from '../shell/shell.ts';

/** Changes of one entry that are told one by one; `putMany` may make a thousand. */
const MAX_CHANGES = 20;
/** Names that are kept at hand. */
const MAX_NAMES = 10_000;

/** Tells the changes of entries by the names of what was changed, which entries have by id only. */
export class ChangeWords {
  readonly #shell: Shell;
  readonly #run: Run;
  readonly #documents = new Map<string, string>();
  #steps: Promise<Map<string, string>> | undefined;
  #stepNames = new Map<string, string>();

  constructor(shell: Shell, run: Run) {
    this.#shell = shell;
    this.#run = run;
  }

  /** Looks up the names of a page of entries: its documents in calls that travel together, the steps once. */
  async load(entries: readonly Entry[]): Promise<void> {
    const changes = entries.flatMap(({ changes }) => changes.slice(0, MAX_CHANGES));
    if (changes.some(({ what, id }) => what === 'step' && !this.#stepNames.has(id))) {
      this.#steps ??= this.#loadSteps();
      this.#stepNames = await this.#steps;
    }
    if (this.#documents.size > MAX_NAMES) this.#documents.clear();
    const ids = new Set(changes.filter(isOfDocument).map(({ id }) => id));
    await Promise.all([...ids].filter((id) => !this.#documents.has(id)).map((id) => this.#loadDocument(id)));
  }

  /** A line for each change. */
  of({ changes }: Entry): string[] {
    const lines = changes.slice(0, MAX_CHANGES).map((change) => this.#describe(change));
    const more = changes.length - MAX_CHANGES;
    return more > 0 ? [...lines, `and ${formatCount(more)} more`] : lines;
  }

  #describe({ what, id, change, version }: Change): string {
    const at = version === undefined ? '' : `@${version}`;
    const name = isOfDocument({ what })
      ? `${this.#documents.get(id) ?? visibleLine(id)}${at}`
      : what === 'step'
        ? (this.#stepNames.get(id) ?? visibleLine(id))
        : what === 'run'
          ? visibleLine(this.#run.key)
          : visibleLine(id);
    return `${visibleLine(what)} ${name}  ${visibleLine(change)}`;
  }

  async #loadSteps(): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    for await (const step of this.#shell.ledger.steps.list({ runId: this.#run.id, limit: 500 })) {
      names.set(step.id, showStepRef(step));
    }
    return names;
  }

  async #loadDocument(documentId: string): Promise<void> {
    let document: Document;
    try {
      document = await this.#shell.ledger.documents.get({
        documentId,
        withText: false,
        includeDeleted: true,
      });
    } catch (error) {
      // Its run may be gone by now.
      if (isLedgerError(error, 'NOT_FOUND')) return;
      throw error;
    }
    const { kind, key } = document;
    this.#documents.set(documentId, showDocumentRef(this.#shell, { run: this.#run.key, kind, key }));
  }
}

function isOfDocument({ what }: Pick<Change, 'what'>): boolean {
  return what === 'document' || what === 'claim';
}
