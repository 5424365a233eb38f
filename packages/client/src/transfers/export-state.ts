import type { TransferLine, TransferScope, UnitLine } from '@stepledger/contract';
import { badFile } from './bad-file.ts';
import { FileDigest } from './file-digest.ts';
import { checkLine, readLine } from './read-line.ts';
import { type Chunks, splitLines } from './split-lines.ts';
import { WrittenNames } from './written-names.ts';

/** Where an export stands behind a line at which it can go on. */
export interface ExportPlace {
  /** Of a file of all projects: the one that is told. */
  readonly project: string | null;
  /** What is told now; null before the first of a project. */
  readonly unit: UnitLine | null;
  /** The last revision or version of it that is told. */
  readonly after: number;
}

/** An export that was cut off, up to the last line at which it can go on. */
export interface PartialExport {
  /** How many lines and bytes of the file stay; what stands behind them is written anew. */
  readonly lines: number;
  readonly bytes: number;
  /** Whether the file is whole: there is nothing to go on with. */
  readonly complete: boolean;
  /** Null where not even the first line is whole. */
  readonly scope: TransferScope | null;
  readonly state: ExportState;
}

/** What the next line of a file depends on: what was told, and where. */
export class ExportState {
  readonly digest: FileDigest;
  readonly names: WrittenNames;
  place: ExportPlace;

  constructor(
    place: ExportPlace = { project: null, unit: null, after: 0 },
    digest = new FileDigest(),
    names = new WrittenNames(),
  ) {
    this.place = place;
    this.digest = digest;
    this.names = names;
  }

  /** Takes a line into account, as it is written or as it is read again; answers whether an export can go on here. */
  add(line: TransferLine, bytes: Uint8Array): boolean {
    this.digest.add(line.type, bytes);
    switch (line.type) {
      case 'header':
        return true;
      case 'project':
        this.place = { project: line.slug, unit: null, after: 0 };
        return true;
      case 'workflow':
      case 'prompt':
      case 'run':
        // What is left out for a conflict must not be missed by what follows.
        this.names.clear();
        this.place = { ...this.place, unit: line, after: 0 };
        return true;
      case 'workflow_version':
      case 'prompt_version':
        this.place = { ...this.place, after: line.version };
        return true;
      case 'entry':
        this.place = { ...this.place, after: line.revision };
        return true;
      case 'blob':
        this.names.add(line.id);
        return false;
      case 'message':
        this.names.add(line.hash);
        return false;
      default:
        return false;
    }
  }
}

/**
 * Reads what there is of an export that was cut off, in memory that does not grow with it.
 *
 * @throws BAD_INPUT when it is no export, or one that was changed
 */
export async function readExport(chunks: Chunks): Promise<PartialExport> {
  const state = new ExportState();
  let safe: { bytes: number; digest: FileDigest; place: ExportPlace } = {
    bytes: 0,
    digest: state.digest.copy(),
    place: state.place,
  };
  let scope: TransferScope | null = null;
  let tail: string[] = [];
  const names = new WrittenNames();
  for await (const fileLine of splitLines(chunks)) {
    if (!fileLine.whole) break;
    const { number, bytes } = fileLine;
    const line = checkLine(number, readLine(fileLine));
    if ((line.type === 'header') !== (number === 1))
      throw badFile(number, 'must be the header, which stands first');
    if (line.type === 'header') scope = line.scope;
    if (line.type === 'end') {
      if (line.sha256 !== state.digest.sha256()) throw badFile(number, 'does not fit the lines before it');
      return { lines: number, bytes: state.digest.bytes + bytes.length, complete: true, scope, state };
    }
    if (line.type === 'blob') tail.push(line.id);
    if (line.type === 'message') tail.push(line.hash);
    const isUnit = line.type === 'workflow' || line.type === 'prompt' || line.type === 'run';
    if (!state.add(line, bytes)) continue;
    if (isUnit) names.clear();
    for (const name of tail) names.add(name);
    tail = [];
    safe = { bytes: state.digest.bytes, digest: state.digest.copy(), place: state.place };
  }
  const { bytes, digest, place } = safe;
  return { lines: digest.lines, bytes, complete: false, scope, state: new ExportState(place, digest, names) };
}
