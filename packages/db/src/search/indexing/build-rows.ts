import { setImmediate as nextTurn } from 'node:timers/promises';
import { epochOf, marks } from '../marks.ts';
import { readWords } from '../words/read-words.ts';
import { Vector } from '../words/vector.ts';
import { SHORT_WINDOW_LENGTH, WINDOW_LENGTH, windowsOf } from '../words/windows.ts';
import type { Source } from './source.ts';

/** A row of the index in the making. */
export interface ChunkRow {
  readonly source: Source;
  readonly part: number;
  /** 0 when the whole text is in this row, else the pieces up to here. */
  readonly parts: number;
  readonly label: string;
  readonly body: string;
  /** As PostgreSQL reads a tsvector. */
  readonly tsv: string;
}

/** Between two names and before the text, so that no phrase goes from one into the other. */
const GAP = 10;
/**
 * Bytes of the words of one row for a whole text. PostgreSQL's tsvector ends at 1 MB; a text of more words, about 70,000
 * distinct ones, has several such rows.
 */
const MAX_WORDS_BYTES = 700_000;
/** Pieces between two turns of the event loop: about 3 ms each. */
const PIECES_A_TURN = 4;

/** Makes the rows of one text. @param words gathers its words. */
export async function* buildRows(
  source: Source,
  text: string,
  { bucket, projectId, words }: { bucket: number; projectId: string; words: Set<string> },
): AsyncGenerator<ChunkRow> {
  // Of the same length, so that offsets stay.
  const body = toStorable(text);
  const label = [...source.names, ...source.tags].join('\n');
  const marked = { projectId, bucket };
  if (body.length <= WINDOW_LENGTH) {
    const vector = wholeVector(source, marked, words);
    readWords(body, vector, readNames(vector, source));
    if (!vector.isFull) {
      yield { source, part: 0, parts: 0, label, body, tsv: vector.toString() };
      return;
    }
  }
  yield* buildPieces(source, { body, label, words, marked });
}

interface Marked {
  readonly projectId: string;
  readonly bucket: number;
}

/** The rows of the pieces, and one for the whole text when its words are known. */
async function* buildPieces(
  source: Source,
  { body, label, words, marked }: { body: string; label: string; words: Set<string>; marked: Marked },
): AsyncGenerator<ChunkRow> {
  const whole = () => {
    const vector = wholeVector(source, marked, words);
    readNames(vector, source);
    return vector;
  };
  let region = whole();
  let bytes = 0;
  let regions = 0;
  let parts = 0;
  const known = new Set<string>();
  for (const [turn, { start, end }] of [...windowsOf(body)].entries()) {
    if (turn % PIECES_A_TURN === 0) await nextTurn();
    for (const { vector, piece } of readPieces(source, body.slice(start, end), {
      words,
      first: turn === 0,
    })) {
      for (const lexeme of vector.lexemes()) {
        if (known.has(lexeme)) continue;
        known.add(lexeme);
        bytes += Buffer.byteLength(lexeme);
        region.mark(lexeme);
      }
      parts += 1;
      yield { source, part: parts, parts, label: '', body: piece, tsv: vector.toString() };
    }
    if (bytes < MAX_WORDS_BYTES) continue;
    yield { source, part: -regions, parts, label, body: '', tsv: region.toString() };
    regions += 1;
    region = whole();
    known.clear();
    bytes = 0;
  }
  if (bytes > 0 || regions === 0)
    yield { source, part: -regions, parts, label, body: '', tsv: region.toString() };
}

/** A piece, or several shorter ones where a word comes too often for PostgreSQL to keep all its places. */
function* readPieces(
  source: Source,
  text: string,
  { words, first }: { words: Set<string>; first: boolean },
): Generator<{ vector: Vector; piece: string }> {
  const read = (piece: string, named: boolean) => {
    const vector = new Vector(words);
    readWords(piece, vector, named ? readNames(vector, source) : 1);
    return { vector, piece };
  };
  const whole = read(text, first);
  if (!whole.vector.isFull || text.length <= SHORT_WINDOW_LENGTH) {
    yield whole;
    return;
  }
  for (const { start, end } of windowsOf(text, SHORT_WINDOW_LENGTH)) {
    yield read(text.slice(start, end), first && start === 0);
  }
}

function wholeVector(source: Source, marked: Marked, words: Set<string>): Vector {
  const vector = new Vector(words);
  markRow(vector, source, marked);
  return vector;
}

/** Says of which project, period, run, step, kind and tags a row is, so that filters need no other index. */
function markRow(vector: Vector, { run, kind, tags, type }: Source, { projectId, bucket }: Marked): void {
  vector.mark(marks.project(projectId));
  vector.mark(marks.bucket(projectId, bucket));
  vector.mark(marks.epoch(projectId, epochOf(bucket)));
  vector.mark(marks.type(type));
  if (run) vector.mark(marks.run(run.id));
  if (run?.step != null) vector.mark(marks.step(run.step));
  if (run?.workflowId != null) vector.mark(marks.workflow(run.workflowId));
  if (kind !== null) vector.mark(marks.kind(kind));
  for (const tag of tags) vector.mark(marks.tag(tag));
}

/** @returns the position at which the text begins. */
function readNames(vector: Vector, { names, tags }: Source): number {
  let position = 1;
  vector.weigh('A');
  for (const name of names) position = readWords(name, vector, position) + GAP;
  vector.weigh('B');
  for (const tag of tags) position = readWords(tag, vector, position) + GAP;
  vector.weigh('D');
  return position;
}

function toStorable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd').toWellFormed() : text.toWellFormed();
}
