import type { UnitLine } from '@stepledger/contract';
import { badFile } from './bad-file.ts';
import { FileFrame } from './check-export.ts';
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
  readonly #frame = new FileFrame();
  readonly #counts = new ImportCounts();
  /** Names of the file that are others here, or nothing. */
  readonly #names = new Map<string, string | null>();
  /** Null where a project is not here yet, in a dry run. */
  #calls: TransferCalls | null;
  #unit: ImportUnit | null = null;

  constructor(context: TransferContext, options: ImportOptions) {
    this.#context = context;
    this.#options = options;
    this.#calls = this.#withSignal(context.calls);
  }

  async take(number: number, line: LooseLine, bytes: Uint8Array): Promise<void> {
    // Before the last line is held against what came, all of it is written: what a call refuses is told by its line.
    if (line.type === 'end') await this.#closeUnit(number);
    this.#frame.take(number, line, bytes);
    switch (line.type) {
      case 'header':
      case 'end':
        break;
      case 'project':
        await this.#openProject(number, line);
        break;
      case 'workflow':
      case 'prompt':
      case 'run':
        await this.#openUnit(number, line);
        break;
      default:
        if (!this.#unit) throw badFile(number, 'must follow a workflow, a prompt or a run');
        await this.#unit.add(number, line, bytes.length);
    }
    if (number % PROGRESS_LINES === 0) this.#progress();
  }

  /** Of a file that was cut off, what came is kept. */
  async end(): Promise<ImportReport> {
    await this.#unit?.flushWhole();
    const { lines, bytes } = this.#frame.end();
    const { units, revisions } = this.#counts;
    return { dryRun: this.#options.dryRun ?? false, lines, bytes, units, revisions };
  }

  async #openProject(number: number, line: LooseLine): Promise<void> {
    await this.#closeUnit(number);
    if (this.#frame.scope !== 'everything') throw badFile(number, 'stands only in a file of everything');
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

  #withSignal(calls: TransferCalls): TransferCalls {
    return { ...calls, options: { ...calls.options, signal: this.#options.signal } };
  }

  #progress(): void {
    const { lines, bytes } = this.#frame.digest;
    const unit = this.#unit?.unit ?? null;
    this.#options.onProgress?.({
      lines,
      bytes,
      kind: unit?.type ?? null,
      name: unit === null ? null : nameOf(unit),
    });
  }
}
