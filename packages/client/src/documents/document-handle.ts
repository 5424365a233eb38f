import type { RouterInputs } from '@stepledger/api';
import type {
  AcceptedLinks,
  Blame,
  Document,
  DocumentReceipt,
  JsonObject,
  LinkGraph,
  PurgedDocument,
  TextDiff,
  VersionRef,
} from '@stepledger/contract';
import type { CallOptions, Features } from '../calls/features.ts';
import { ledgerError, textNotLoaded } from '../errors/client-errors.ts';
import { type StepLike, toStepRef } from '../steps/step-ref.ts';
import { type DocumentState, givenAttributes, stateOfDocument } from './document-state.ts';
import type { MergedText, MergeInput } from './merge-texts.ts';

/** What to change: the text, attributes, or both. What is left out stays as it is. */
export type DocumentUpdate = Omit<
  RouterInputs['documents']['update'],
  'documentId' | 'step' | 'expectedVersion'
>;

/** How far a walk along links goes. */
export type GraphOptions = Omit<RouterInputs['links']['graph'], 'documentId' | 'version'>;

export interface ChangeOptions extends CallOptions {
  /**
   * The head that this change builds on; the version that the handle holds when left out.
   *
   * When somebody else saved first the call fails with VERSION_CONFLICT and changes nothing. `any` overwrites.
   */
  expectedVersion?: number | 'any' | undefined;
  /** The step in which this is done; the one that the handle came from when left out. */
  step?: StepLike | undefined;
}

/** What two sides made of one text, joined, with the texts that it came of. */
export type MergedDocument = MergedText & MergeInput;

/** As ChangeOptions, for changes that carry no fields of their own. */
export interface NotedChangeOptions extends ChangeOptions {
  author?: string | undefined;
  /** Why this is done. */
  note?: string | undefined;
}

/**
 * A document at the version that this handle last saw or wrote.
 *
 * Every change names that version to the server and, when it succeeds, moves the handle on to the new one.
 */
export class DocumentHandle {
  readonly #ledger: Features;
  readonly #step: StepLike | undefined;
  #state: DocumentState;

  constructor(ledger: Features, state: DocumentState, step?: StepLike) {
    this.#ledger = ledger;
    this.#state = state;
    this.#step = step;
  }

  get id(): string {
    return this.#state.id;
  }
  get runId(): string {
    return this.#state.runId;
  }
  get kind(): string {
    return this.#state.kind;
  }
  /** Unique with the kind in its run. */
  get key(): string {
    return this.#state.key;
  }
  /** The version that this handle holds; there may be newer ones by others. */
  get version(): number {
    return this.#state.version;
  }
  /** This exact version, for links. */
  get ref(): VersionRef {
    return { documentId: this.id, version: this.version };
  }
  /** Whether `text` can be read without asking the server. */
  get hasText(): boolean {
    return this.#state.text !== undefined;
  }
  /**
   * The exact text of the version that this handle holds.
   *
   * Throws TEXT_NOT_LOADED where the handle came of a list without texts or of a stored blob (`reload()` fetches
   * it), DELETED or PURGED where that version has none.
   */
  get text(): string {
    return textOf(this.#state);
  }
  /** Undefined while the handle does not know it: it came of a write that left it out. `reload()` fetches it. */
  get title(): string | null | undefined {
    return this.#state.title;
  }
  /** The caller's own word, such as `draft`; undefined as with `title`. */
  get status(): string | null | undefined {
    return this.#state.status;
  }
  /** Undefined as with `title`. */
  get tags(): readonly string[] | undefined {
    return this.#state.tags;
  }
  /** Undefined as with `title`. */
  get metadata(): JsonObject | undefined {
    return this.#state.metadata;
  }
  /** Whether the version that this handle holds says that the document is gone. */
  get deleted(): boolean {
    return this.#state.gone === 'deleted';
  }

  /** Saves a new version of the text, or of text and attributes. */
  async update(change: string | DocumentUpdate, options: ChangeOptions = {}): Promise<DocumentReceipt> {
    const fields = typeof change === 'string' ? { text: change } : change;
    const receipt = await this.#ledger.documents.update({ ...fields, ...this.#target(options) }, options);
    const text = fields.text === undefined ? this.#state.text : undefined;
    this.#state = {
      ...this.#state,
      ...givenAttributes(fields),
      version: receipt.version,
      text: typeof fields.text === 'string' ? fields.text : text,
    };
    return receipt;
  }

  /** Deletes the document by a new version; `undelete` brings it back. */
  async delete(options: NotedChangeOptions = {}): Promise<DocumentReceipt> {
    const receipt = await this.#ledger.documents.delete(this.#noted(options), options);
    this.#state = { ...this.#state, version: receipt.version, text: undefined, gone: 'deleted' };
    return receipt;
  }

  /** Brings the deleted document back as it was, by a new version, and reads it. */
  async undelete(options: NotedChangeOptions = {}): Promise<DocumentReceipt> {
    const receipt = await this.#ledger.documents.undelete(this.#noted(options), options);
    await this.#load(receipt.version, options);
    return receipt;
  }

  /** Makes an old version the head again, as a new version, and reads it. */
  async restore(version: number, options: NotedChangeOptions = {}): Promise<DocumentReceipt> {
    const receipt = await this.#ledger.documents.restore({ ...this.#noted(options), version }, options);
    await this.#load(receipt.version, options);
    return receipt;
  }

  /**
   * Destroys texts for good, also in the past: of the named versions, or of all. There is no way back.
   *
   * Needs admin access. With `cascade` also the exchanges that they came from and those that used them.
   */
  async purge(
    what: { versions?: number[]; cascade?: boolean } = {},
    options?: CallOptions,
  ): Promise<PurgedDocument> {
    const purged = await this.#ledger.documents.purge({ ...what, documentId: this.id }, options);
    if (purged.versions.includes(this.version))
      this.#state = { ...this.#state, text: undefined, gone: 'purged' };
    return purged;
  }

  /** Reads the head, text and attributes, and moves the handle to it; also when it is deleted. */
  async reload(options?: CallOptions): Promise<this> {
    await this.#load(undefined, options);
    return this;
  }

  /**
   * Joins a text made from the version that this handle holds with what others saved since, and moves the handle to the
   * head: the way on from VERSION_CONFLICT. Writes nothing; `update(text)` then does.
   *
   * What both sides changed stands in `conflicts`, and `text` has ours there. Throws DELETED when the head is gone.
   */
  async merge(ours: string, options?: CallOptions): Promise<MergedDocument> {
    const base = this.#state.text ?? textOf(await this.#read(this.version, options));
    const head = await this.#read(undefined, options);
    const theirs = textOf(head);
    this.#state = head;
    // Few agents merge, and pages would load what compares texts with the first thing that they show.
    const { mergeTexts } = await import('./merge-texts.ts');
    return { ...mergeTexts({ base, ours, theirs }), base, ours, theirs };
  }

  /** Every version, oldest first; with their texts only if wished. */
  history({ withText = false }: { withText?: boolean } = {}, options?: CallOptions): Promise<Document[]> {
    return this.#ledger.documents.history({ documentId: this.id, withText }, options).all();
  }

  /** Compares a version with another, or with the head, line by line. */
  diff(from: number, to?: number, options?: CallOptions): Promise<TextDiff> {
    const versions = to === undefined ? { from } : { from, to };
    return this.#ledger.documents.diff({ documentId: this.id, ...versions }, options);
  }

  /** What this version builds on, what builds on it, or both: breadth first, across runs. */
  graph(walk: GraphOptions = {}, options?: CallOptions): Promise<LinkGraph> {
    return this.#ledger.links.graph({ ...walk, ...this.ref }, options);
  }

  /** Which version wrote each line of this one, or one line counted from 1, and out of which exchange and prompt. */
  blame(line?: number, options?: CallOptions): Promise<Blame> {
    return this.#ledger.links.blame({ ...this.ref, ...(line !== undefined && { line }) }, options);
  }

  /**
   * Says that this version is fine although its inputs moved: it is not stale by them until they move again.
   *
   * Without `inputs`, as `stale()` told them, they are looked up now. Answers null when none has moved. Throws
   * VERSION_CONFLICT when this version is not the head any more. An input that is gone with its run cannot be accepted.
   */
  async accept(
    { inputs }: { inputs?: VersionRef[] } = {},
    options?: CallOptions,
  ): Promise<AcceptedLinks | null> {
    const accepted = inputs ?? (await this.#findMoved(options));
    if (accepted.length === 0) return null;
    return this.#ledger.links.accept({ ...this.ref, inputs: accepted }, options);
  }

  /** The inputs that moved, as they are now. */
  async #findMoved(options?: CallOptions): Promise<VersionRef[]> {
    const { id, runId, version: expected } = this;
    const { documents } = await this.#ledger.links.stale({ runId, documentId: id }, options);
    const [stale] = documents;
    if (stale && stale.version !== expected) {
      throw ledgerError('VERSION_CONFLICT', { type: 'document', id, expected, actual: stale.version });
    }
    return (stale?.moved ?? []).flatMap(({ documentId, headVersion: version }) =>
      version === null ? [] : { documentId, version },
    );
  }

  async #load(version: number | undefined, options: CallOptions = {}): Promise<void> {
    this.#state = await this.#read(version, options);
  }

  async #read(version: number | undefined, options: CallOptions = {}): Promise<DocumentState> {
    const at = version === undefined ? {} : { version };
    const input = { documentId: this.id, includeDeleted: true, ...at };
    return stateOfDocument(await this.#ledger.documents.get(input, options));
  }

  #target({ expectedVersion = this.version, step = this.#step }: ChangeOptions) {
    return {
      documentId: this.id,
      ...(step && { step: toStepRef(step) }),
      ...(expectedVersion !== 'any' && { expectedVersion }),
    };
  }

  #noted({ author, note, ...options }: NotedChangeOptions) {
    return {
      ...this.#target(options),
      ...(author !== undefined && { author }),
      ...(note !== undefined && { note }),
    };
  }
}

function textOf({ id, version, text, gone }: DocumentState): string {
  if (text !== undefined) return text;
  if (gone === 'purged') throw ledgerError('PURGED', { type: 'document', id, version });
  if (gone === 'deleted') throw ledgerError('DELETED', { type: 'document', id, version });
  throw textNotLoaded(id, version);
}
