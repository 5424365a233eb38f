import type { TransferScope, UnitLine } from '@stepledger/contract';
import { badFile } from './bad-file.ts';
import { FileDigest } from './file-digest.ts';
import { openProject } from './import-project.ts';
import { ImportCounts, type ImportedUnit, type ImportProgress, type ImportReport } from './import-report.ts';
import { ImportUnit } from './import-unit.ts';
import { nameOf, type OnConflict, planUnit } from './plan-unit.ts';
import { checkLine, type LooseLine, readLine } from './read-line.ts';
import { type Chunks, splitLines } from './split-lines.ts';
import type { TransferCalls, TransferContext } from './transfer-calls.ts';

export interface ImportOptions {
  /** What becomes of what has another content here, or whose name is another's; `fail` when left out. */
  readonly onConflict?: OnConflict | undefined;
  /** Reads and compares everything, and writes nothing. */
  readonly dryRun?: boolean | undefined;
  readonly onUnit?: ((unit: ImportedUnit) => void) | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Aborts the import; what is here then is whole up to a revision, and the same import goes on from there. */
  readonly signal?: AbortSignal | undefined;
}

/** Lines between two words on how far it is. */
const PROGRESS_LINES = 500;

/**
 * Takes in a file, whole or what is left of it: what is here already is compared and stays.
 *
 * Memory does not grow with the file. Each run is at any time whole up to a revision.
 *
 * @throws BAD_INPUT, by the number of the line, for what is cut off, mixed up, changed or unknown; ALREADY_EXISTS
 */
export async function importLines(
  context: TransferContext,
  chunks: Chunks,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const file = new FileImport(context, options);
  for await (const fileLine of splitLines(chunks)) {
    options.signal?.throwIfAborted();
    const line = readLine(fileLine);
    await file.take(fileLine.number, line, fileLine.bytes);
  }
  return file.end();
}

class FileImport {
  readonly #context: TransferContext;
  readonly #options: ImportOptions;
  readonly #digest = new FileDigest();
  readonly #counts = new ImportCounts();
  /** Names of the file that are others here, or nothing. */
  readonly #names = new Map<string, string | null>();
  /** Null where a project is not here yet, in a dry run. */
  #calls: TransferCalls | null;
  #scope: TransferScope | null = null;
  #unit: ImportUnit | null = null;
  #ended = false;

  constructor(context: TransferContext, options: ImportOptions) {
    this.#context = context;
    this.#options = options;
    this.#calls = this.#withSignal(context.calls);
  }

  async take(number: number, line: LooseLine, bytes: Uint8Array): Promise<void> {
    if (this.#ended) throw badFile(number, 'stands behind the end');
    if ((line.type === 'header') !== (number === 1)) {
      throw badFile(number, number === 1 ? 'must be the header of an export' : 'is a second header');
    }
    switch (line.type) {
      case 'header':
        this.#scope = checkLine(number, { ...line, type: 'header' }).scope;
        break;
      case 'project':
        await this.#openProject(number, line);
        break;
      case 'workflow':
      case 'prompt':
      case 'run':
        await this.#openUnit(number, line);
        break;
      case 'end':
        await this.#end(number, line);
        break;
      default:
        if (!this.#unit) throw badFile(number, 'must follow a workflow, a prompt or a run');
        await this.#unit.add(number, line, bytes.length);
    }
    this.#digest.add(line.type, bytes);
    if (this.#digest.lines % PROGRESS_LINES === 0) this.#progress();
  }

  async end(): Promise<ImportReport> {
    const { lines, bytes } = this.#digest;
    if (!this.#ended) {
      await this.#unit?.flush();
      throw badFile(lines + 1, 'must be the end: the file is cut off');
    }
    const { units, revisions } = this.#counts;
    return { dryRun: this.#options.dryRun ?? false, lines, bytes, units, revisions };
  }

  async #openProject(number: number, line: LooseLine): Promise<void> {
    await this.#closeUnit(number);
    if (this.#scope !== 'everything') throw badFile(number, 'stands only in a file of everything');
    const project = checkLine(number, { ...line, type: 'project' });
    const calls = await openProject(this.#context, project, this.#options);
    this.#calls = calls && this.#withSignal(calls);
    this.#names.clear();
  }

  async #openUnit(number: number, line: LooseLine): Promise<void> {
    await this.#closeUnit(number);
    const unit = checkLine(number, line as LooseLine & { type: UnitLine['type'] });
    const { onConflict = 'fail', dryRun = false } = this.#options;
    const missing = this.#missing(unit);
    const calls = this.#calls;
    const plan =
      missing !== null
        ? { skip: missing }
        : calls === null
          ? { unit, name: nameOf(unit), place: 0 }
          : await planUnit(calls, unit, onConflict);
    if (plan.skip !== undefined) this.#names.set(`${unit.type} ${nameOf(unit)}`, null);
    else if (plan.name !== nameOf(unit)) this.#names.set(`${unit.type} ${nameOf(unit)}`, plan.name);
    const nameHere = (kind: string, name: string) => this.#names.get(`${kind} ${name}`) ?? name;
    this.#unit = new ImportUnit({ calls, unit, plan, dryRun, onConflict, nameHere });
    this.#progress();
  }

  /** What a run needs and a conflict kept out; null when nothing is missing. */
  #missing(unit: UnitLine): string | null {
    if (unit.type !== 'run') return null;
    const workflow = unit.workflow?.name;
    if (workflow !== undefined && this.#names.get(`workflow ${workflow}`) === null) {
      return `its workflow ${workflow} was skipped`;
    }
    const prompt = unit.prompts.find((name) => this.#names.get(`prompt ${name}`) === null);
    return prompt === undefined ? null : `its prompt ${prompt} was skipped`;
  }

  async #closeUnit(number: number): Promise<void> {
    if (!this.#unit) return;
    const unit = await this.#unit.close(number);
    this.#counts.add(unit);
    if (unit.kind === 'run') this.#counts.revisions += this.#unit.added;
    this.#options.onUnit?.(unit);
    this.#unit = null;
  }

  async #end(number: number, line: LooseLine): Promise<void> {
    const { counts, sha256 } = checkLine(number, { ...line, type: 'end' });
    await this.#closeUnit(number);
    const own = this.#digest.counts();
    const types = new Set([...Object.keys(own), ...Object.keys(counts)]);
    const other = [...types].find((type) => own[type] !== counts[type]);
    if (other !== undefined) {
      throw badFile(
        number,
        `tells of ${counts[other] ?? 0} lines of the type ${other}, and there are ${own[other] ?? 0}`,
      );
    }
    if (sha256 !== this.#digest.sha256())
      throw badFile(number, 'does not fit the lines before it: one was changed', 'sha256');
    this.#ended = true;
  }

  #withSignal(calls: TransferCalls): TransferCalls {
    return { ...calls, options: { ...calls.options, signal: this.#options.signal } };
  }

  #progress(): void {
    const { lines, bytes } = this.#digest;
    const unit = this.#unit?.unit ?? null;
    this.#options.onProgress?.({
      lines,
      bytes,
      kind: unit?.type ?? null,
      name: unit === null ? null : nameOf(unit),
    });
  }
}
