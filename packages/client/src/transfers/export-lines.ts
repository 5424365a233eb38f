import {
  type Page,
  type RowLine,
  TRANSFER_FORMAT,
  type TransferLine,
  type UnitLine,
  type UnitType,
} from '@stepledger/contract';
import { invalidConfig, ledgerError } from '../errors/client-errors.ts';
import { BlobSource } from './blob-source.ts';
import { ExportState, type PartialExport } from './export-state.ts';
import { blobsOf } from './line-refs.ts';
import type { TransferCalls, TransferContext } from './transfer-calls.ts';

/** What is exported: a run by its key, a workflow by its name, all projects, or else the client's project. */
export type ExportScope =
  | { run: string; workflow?: undefined; everything?: undefined }
  | { run?: undefined; workflow: string; everything?: undefined }
  | { run?: undefined; workflow?: undefined; everything: true }
  | { run?: undefined; workflow?: undefined; everything?: undefined };

export interface ExportProgress {
  /** Lines and bytes so far, those of the part that was there before included. */
  readonly lines: number;
  readonly bytes: number;
  /** What is being told, and how far: of `until` revisions or versions. */
  readonly kind: UnitType;
  readonly name: string;
  readonly place: number;
  readonly until: number;
}

export type ExportOptions = ExportScope & {
  /** Goes on behind the part of a file that is there, as `readExport` found it; the rest is the same as without. */
  readonly resume?: PartialExport | undefined;
  readonly onProgress?: ((progress: ExportProgress) => void) | undefined;
  /** Aborts the export. */
  readonly signal?: AbortSignal | undefined;
};

const encoder = new TextEncoder();

/**
 * The lines of an export, each with its line break; the same state gives the same lines.
 *
 * Memory does not grow with what is exported: a page of lines, a few texts, and the names of the newest texts.
 */
export async function* exportLines(
  context: TransferContext,
  options: ExportOptions,
): AsyncGenerator<string, void, undefined> {
  const { resume } = options;
  if (resume?.complete) return;
  const scope = scopeOf(options);
  if (resume?.scope && resume.scope !== scope) {
    throw invalidConfig([{ path: 'resume', reason: `is a file of a ${resume.scope}, not of a ${scope}` }]);
  }
  const state = resume?.state ?? new ExportState();
  const write = (line: TransferLine): string => {
    const text = `${JSON.stringify(line)}\n`;
    state.add(line, encoder.encode(text));
    return text;
  };
  if (state.digest.lines === 0) {
    yield write({ type: 'header', format: TRANSFER_FORMAT.name, version: TRANSFER_FORMAT.version, scope });
  }
  const from = state.place;
  for await (const project of projectsOf(context, options, from.project)) {
    const calls = project.calls;
    const resumed = project.slug === from.project;
    if (project.slug !== null && !resumed) {
      yield write({ type: 'project', slug: project.slug, name: project.name });
    }
    for await (const { unit, after } of unitsFrom(calls, options, resumed ? from : null)) {
      if (after === 0 && unit !== from.unit) yield write(unit);
      yield* unitLines({ calls, state, write, options }, unit, after);
    }
  }
  const { digest } = state;
  yield write({ type: 'end', counts: digest.counts(), sha256: digest.sha256() });
}

function scopeOf({ run, workflow, everything }: ExportScope) {
  if (run !== undefined) return 'run';
  if (workflow !== undefined) return 'workflow';
  return everything ? 'everything' : 'project';
}

interface SourceProject {
  readonly slug: string | null;
  readonly name: string;
  readonly calls: TransferCalls;
}

/** By slug, so that the order does not depend on when and where they were made. */
async function* projectsOf(
  { calls, openProject }: TransferContext,
  { everything, signal }: ExportOptions,
  from: string | null,
): AsyncGenerator<SourceProject, void, undefined> {
  if (!everything) {
    yield { slug: null, name: '', calls: withSignal(calls, signal) };
    return;
  }
  const projects = await calls.features.projects.list({}, { signal }).all();
  projects.sort((a, b) => (a.slug < b.slug ? -1 : 1));
  for (const { slug, name } of projects) {
    if (from !== null && slug < from) continue;
    yield { slug, name, calls: withSignal(openProject(slug), signal) };
  }
}

function withSignal(calls: TransferCalls, signal: AbortSignal | undefined): TransferCalls {
  return { ...calls, options: { ...calls.options, signal } };
}

/** What is left to tell of a project, beginning with what was told in part. */
async function* unitsFrom(
  calls: TransferCalls,
  scope: ExportScope,
  from: { unit: UnitLine | null; after: number } | null,
): AsyncGenerator<{ unit: UnitLine; after: number }, void, undefined> {
  let told = from?.unit ?? null;
  for await (const unit of unitsOf(calls, scope)) {
    if (told === null) yield { unit, after: 0 };
    else if (unit.type === told.type && unit.id === told.id) {
      // As it was told: a run has gone on since.
      yield { unit: told, after: from?.after ?? 0 };
      told = null;
    }
  }
  if (told === null) return;
  const name = told.type === 'run' ? told.key : told.name;
  throw ledgerError('NOT_FOUND', { type: told.type, id: name });
}

async function* unitsOf(calls: TransferCalls, scope: ExportScope): AsyncGenerator<UnitLine, void, undefined> {
  if (scope.run !== undefined) {
    const run = await findUnit(calls, 'run', scope.run);
    if (run.type !== 'run') throw unexpected(run);
    if (run.workflow !== null) yield await findUnit(calls, 'workflow', run.workflow.name);
    for (const name of run.prompts) yield await findUnit(calls, 'prompt', name);
    yield run;
  } else if (scope.workflow !== undefined) {
    const workflow = await findUnit(calls, 'workflow', scope.workflow);
    yield workflow;
    for (const name of await promptsOf(calls, workflow)) {
      const prompt = await findUnit(calls, 'prompt', name).catch(ifMissing);
      if (prompt) yield prompt;
    }
  } else {
    for (const kind of ['workflow', 'prompt', 'run'] as const) yield* listUnits(calls, kind);
  }
}

async function findUnit(
  { features, options }: TransferCalls,
  type: UnitType,
  name: string,
): Promise<UnitLine> {
  const { items } = await features.transfers.units({ type, name }, options);
  const [unit] = items;
  if (!unit) throw ledgerError('NOT_FOUND', { type, id: name });
  return unit;
}

/** A page is asked for when the one before has been told: a run is exported as of then. */
async function* listUnits({ features, options }: TransferCalls, type: UnitType) {
  let cursor: string | undefined;
  do {
    const page: Page<UnitLine> = await features.transfers.units({ type, cursor }, options);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** The prompts that any version of a workflow names, which need not be there. */
async function promptsOf({ features, options }: TransferCalls, workflow: UnitLine): Promise<string[]> {
  if (workflow.type !== 'workflow') throw unexpected(workflow);
  const names = new Set<string>();
  let after: number | null = 0;
  while (after !== null) {
    const range = { type: 'workflow', unitId: workflow.id, after, until: workflow.versions.length } as const;
    const page: { lines: RowLine[]; next: number | null } = await features.transfers.export(range, options);
    for (const line of page.lines) {
      if (line.type !== 'workflow_version') continue;
      for (const { prompt } of line.steps) if (prompt !== undefined) names.add(prompt);
    }
    after = page.next;
  }
  return [...names].sort();
}

function ifMissing(error: unknown): null {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'NOT_FOUND')
    return null;
  throw error;
}

function unexpected(unit: UnitLine): Error {
  return new Error(`The server answered a ${unit.type} that was not asked for`);
}

interface Writing {
  readonly calls: TransferCalls;
  readonly state: ExportState;
  readonly write: (line: TransferLine) => string;
  readonly options: ExportOptions;
}

async function* unitLines(
  writing: Writing,
  unit: UnitLine,
  after: number,
): AsyncGenerator<string, void, undefined> {
  const { calls, options, state } = writing;
  const until = unit.type === 'run' ? unit.revision : unit.versions.length;
  const read = (place: number) => {
    const page: Promise<RowPage> = calls.features.transfers.export(
      { type: unit.type, unitId: unit.id, after: place, until },
      calls.options,
    );
    // Its failure is met when its turn comes; until then nobody waits for it.
    page.catch(() => undefined);
    return page;
  };
  let next: Promise<RowPage> | null = read(after);
  while (next !== null) {
    const page: RowPage = await next;
    // The server reads the next page while this one is written.
    next = page.next === null ? null : read(page.next);
    yield* withBlobs(writing, page.lines);
    const { lines, bytes } = state.digest;
    const name = unit.type === 'run' ? unit.key : unit.name;
    options.onProgress?.({ lines, bytes, kind: unit.type, name, place: page.next ?? until, until });
  }
}

interface RowPage {
  readonly lines: readonly RowLine[];
  readonly next: number | null;
}

/** Each text before the first line that names it, as far as that is remembered. */
async function* withBlobs(
  { calls, state, write }: Writing,
  lines: readonly RowLine[],
): AsyncGenerator<string, void, undefined> {
  const { names } = state;
  const wanted = lines.flatMap((line) =>
    line.type === 'message' && names.has(line.hash) ? [] : blobsOf(line),
  );
  const source = new BlobSource(
    calls,
    [...new Set(wanted)].filter((id) => !names.has(id)),
  );
  for (const line of lines) {
    if (line.type === 'message' && names.has(line.hash)) continue;
    for (const id of blobsOf(line)) {
      if (!names.has(id)) yield write(await source.take(id));
    }
    yield write(line);
  }
}
