import type { UnitLine } from '@stepledger/contract';
import { fromBase64 } from '../blobs/encoding.ts';
import { isLedgerError } from '../errors/stepledger-error.ts';
import { isRecord } from '../errors/to-stepledger-error.ts';
import { badFile } from './bad-file.ts';
import { hashOf } from './file-digest.ts';
import { ImportBatch } from './import-batch.ts';
import type { ImportAction, ImportedUnit } from './import-report.ts';
import { nameOf, type OnConflict, type UnitPlan } from './plan-unit.ts';
import { checkLine, type LooseLine } from './read-line.ts';
import type { TransferCalls } from './transfer-calls.ts';

interface Parts {
  /** Null where the project is not here yet, in a dry run. */
  readonly calls: TransferCalls | null;
  readonly unit: UnitLine;
  readonly plan: UnitPlan;
  readonly dryRun: boolean;
  readonly onConflict: OnConflict;
  /** What something of the file is called here. */
  nameHere(kind: 'workflow' | 'prompt', name: string): string;
}

/** One workflow, prompt or run of a file on its way in: of what is here already only the entries are sent, to compare. */
export class ImportUnit {
  readonly unit: UnitLine;
  readonly #parts: Parts;
  readonly #batch: ImportBatch | null;
  /** The newest revision or version that was here before. */
  readonly #here: number;
  /** The newest of the file so far. */
  #told = 0;
  #skipped: string | null;

  constructor(parts: Parts) {
    const { plan, calls, unit } = parts;
    this.#parts = parts;
    this.unit = unit;
    this.#skipped = plan.skip ?? null;
    this.#here = plan.skip === undefined ? plan.place : 0;
    this.#batch =
      plan.skip === undefined && calls ? new ImportBatch(calls, this.#withNamesHere(plan.unit)) : null;
  }

  /** Revisions or versions that were not here before, or would not have been. */
  get added(): number {
    return this.#skipped === null ? Math.max(0, this.#told - this.#here) : 0;
  }

  async add(number: number, line: LooseLine, bytes: number): Promise<void> {
    const ends = placeOf(line);
    if (ends !== null && ends.place !== this.#told + 1) {
      throw badFile(number, `must be ${this.#told + 1}: there is no gap`, ends.field);
    }
    const { dryRun } = this.#parts;
    if (dryRun) checkText(number, checkLine(number, line));
    // What is of a revision stands before its entry; labels are of no version.
    const isNew = line.type === 'prompt_label' || this.#told + 1 > this.#here;
    const isSent = isNew ? !dryRun : line.type === 'entry';
    if (ends !== null) this.#told += 1;
    if (isSent && this.#skipped === null) {
      await this.#unlessSkipped(this.#batch?.add(number, this.#rowHere(line), bytes));
    }
  }

  /** Sends what is whole of a unit that was cut off. */
  async flushWhole(): Promise<void> {
    if (this.#skipped === null) await this.#unlessSkipped(this.#batch?.flushWhole());
  }

  /** @param number of the line that follows. @throws BAD_INPUT for a unit of which not all has come */
  async close(number: number): Promise<ImportedUnit> {
    if (this.#skipped === null) await this.#unlessSkipped(this.#batch?.finish());
    const { unit } = this;
    const until = unit.type === 'run' ? unit.revision : unit.versions.length;
    if (this.#told !== until) {
      throw badFile(number, `comes too early: the ${unit.type} before it is at ${this.#told} of ${until}`);
    }
    const { plan } = this.#parts;
    return {
      kind: unit.type,
      name: nameOf(unit),
      here: plan.skip === undefined ? plan.name : nameOf(unit),
      action: this.#action(),
      reason: this.#skipped,
    };
  }

  #action(): ImportAction {
    if (this.#skipped !== null) return 'skipped';
    if (this.added === 0 && this.#here > 0) return 'present';
    return this.#here === 0 ? 'created' : 'continued';
  }

  /** That a run of the same id has other entries shows when these are compared. */
  async #unlessSkipped(sent: Promise<void> | undefined): Promise<void> {
    try {
      await sent;
    } catch (error) {
      if (this.#parts.onConflict !== 'skip' || !isLedgerError(error, 'ALREADY_EXISTS')) throw error;
      this.#skipped = 'it has other content here';
    }
  }

  #withNamesHere(unit: UnitLine): UnitLine {
    if (unit.type !== 'run') return unit;
    const { nameHere } = this.#parts;
    return {
      ...unit,
      workflow: unit.workflow && { ...unit.workflow, name: nameHere('workflow', unit.workflow.name) },
      prompts: unit.prompts.map((name) => nameHere('prompt', name)),
    };
  }

  #rowHere(line: LooseLine): LooseLine {
    const { prompt } = line;
    const { nameHere } = this.#parts;
    if (line.type === 'pin' && typeof prompt === 'string')
      return { ...line, prompt: nameHere('prompt', prompt) };
    if (line.type === 'exchange' && isRecord(prompt) && typeof prompt['name'] === 'string') {
      return { ...line, prompt: { ...prompt, name: nameHere('prompt', prompt['name']) } };
    }
    return line;
  }
}

/** The revision or version that a line ends; null for one within. */
function placeOf(line: LooseLine): { place: unknown; field: string } | null {
  if (line.type === 'entry') return { place: line['revision'], field: 'revision' };
  const isVersion = line.type === 'prompt_version' || line.type === 'workflow_version';
  return isVersion ? { place: line['version'], field: 'version' } : null;
}

/** What the server does with a text that it is sent. */
function checkText(number: number, line: ReturnType<typeof checkLine>): void {
  if (line.type !== 'blob') return;
  const bytes = line.text === undefined ? fromBase64(line.base64 ?? '') : new TextEncoder().encode(line.text);
  const own = hashOf(bytes);
  if (!line.id.startsWith(`${own}.`))
    throw badFile(number, `is not the hash of what it names, which is ${own}`, 'id');
}
