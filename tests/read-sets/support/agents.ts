import { mergeTexts } from '@stepledger/client';
import { expect } from 'vitest';
import { type Kind, type Read, type Refusal, Refused, type Shelf } from './shelf.ts';

/** Lines for each agent to write to, with room between them. */
export const TEXTS: Record<Kind, string> = {
  requirement: '# Requirement\n\nFirst:\n\n---\n\nLast:\n',
  design: '# Design\n\nBuilt on version 1.\n\n---\n\nNotes:\n',
};

/** What an agent did: the lines that its accepted writes added, and how often it was refused. */
export interface Deeds {
  written: Record<Kind, string[]>;
  refusals: Refusal[];
}

const noDeeds = (): Deeds => ({ written: { requirement: [], design: [] }, refusals: [] });

/** Changes the requirement again and again, at its end or beginning, and leaves notes in the design. */
export async function changeRequirement(shelf: Shelf, turns: readonly number[]): Promise<Deeds> {
  const deeds = noDeeds();
  for (const [n, turn] of turns.entries()) {
    const line = `changed ${n}\n`;
    if (turn === 0) await save(shelf, deeds, { kind: 'design', line, edit: after('Notes:\n', line) });
    else {
      const place = turn === 1 ? 'First:\n' : 'Last:\n';
      await save(shelf, deeds, { kind: 'requirement', line, edit: after(place, line) });
    }
  }
  return deeds;
}

/** Writes the design from the requirement that it has read; now and then adds to the requirement what is missing. */
export async function writeDesign(shelf: Shelf, turns: readonly number[]): Promise<Deeds> {
  const deeds = noDeeds();
  for (const [n, turn] of turns.entries()) {
    const line = `designed ${n}\n`;
    if (turn === 0) await save(shelf, deeds, { kind: 'requirement', line, edit: after('First:\n', line) });
    else await buildDesign(shelf, deeds, line);
  }
  return deeds;
}

const after = (place: string, line: string) => (text: string) => text.replace(place, place + line);

interface Edit {
  kind: Kind;
  line: string;
  edit(text: string): string;
}

/** Saves an edit of one document; what others saved meanwhile is merged with it. */
async function save(shelf: Shelf, deeds: Deeds, { kind, line, edit }: Edit): Promise<void> {
  let base = await shelf.read(kind);
  let ours = edit(base.text);
  while (true) {
    const refusal = await refusalOf(
      shelf.write(kind, ours, { expectedVersion: base.ref.version, basedOn: [] }),
      deeds,
    );
    if (!refusal) break;
    [base, ours] = await mergeWithHead(shelf, { kind, base, ours, refusal });
  }
  deeds.written[kind].push(line);
}

/** Writes the design anew whenever the requirement that it was written from has moved. */
async function buildDesign(shelf: Shelf, deeds: Deeds, line: string): Promise<void> {
  let requirement = await shelf.read('requirement');
  let base = await shelf.read('design');
  const build = (text: string, { ref }: Read) =>
    text.replace(/Built on version \d+\.\n/, `Built on version ${ref.version}.\n`);
  let ours = after('---\n', line)(build(base.text, requirement));
  while (true) {
    const known = { expectedVersion: base.ref.version, basedOn: [requirement.ref] };
    const refusal = await refusalOf(shelf.write('design', ours, known), deeds);
    if (!refusal) break;
    if (refusal.code === 'INPUTS_MOVED') {
      // All three are at hand: what the design was built on, what stands there now, and the design itself.
      const [moved] = refusal.details.inputs;
      expect(refusal.details.inputs).toEqual([
        { ...moved, kind: 'requirement', basedOn: requirement.ref.version, deleted: false },
      ]);
      expect((await shelf.read('requirement', moved?.basedOn)).text).toBe(requirement.text);
      requirement = await shelf.read('requirement', moved?.actual);
      expect(requirement.ref.version).toBeGreaterThan(moved?.basedOn ?? 0);
    } else [base, ours] = await mergeWithHead(shelf, { kind: 'design', base, ours, refusal });
    ours = build(ours, requirement);
  }
  deeds.written.design.push(line);
}

async function mergeWithHead(
  shelf: Shelf,
  { kind, base, ours, refusal }: { kind: Kind; base: Read; ours: string; refusal: Refusal },
): Promise<[Read, string]> {
  if (refusal.code !== 'VERSION_CONFLICT') throw new Error('Nothing was read that could have moved');
  expect(refusal.details).toMatchObject({ id: base.ref.documentId, expected: base.ref.version });
  expect(refusal.details.actual).toBeGreaterThan(base.ref.version);
  const theirs = await shelf.read(kind, refusal.details.actual);
  let { text, conflicts } = mergeTexts({ base: base.text, ours, theirs: theirs.text });
  // Of two lines at the same place both are kept: from the last on, so that places stay right.
  for (const conflict of conflicts.toReversed()) {
    const end = conflict.at + conflict.ours.length;
    const missing = conflict.theirs.split('\n').filter((line) => !conflict.ours.split('\n').includes(line));
    text = text.slice(0, end) + missing.map((line) => `${line}\n`).join('') + text.slice(end);
  }
  return [theirs, text];
}

async function refusalOf(write: Promise<unknown>, deeds: Deeds): Promise<Refusal | null> {
  try {
    await write;
    return null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    deeds.refusals.push(error.refusal);
    return error.refusal;
  }
}

/** Each line that an accepted write added stands in the end, once. */
export function expectNothingLost(texts: Record<Kind, string>, deeds: readonly Deeds[]): void {
  for (const kind of ['requirement', 'design'] as const) {
    const expected = deeds.flatMap(({ written }) => written[kind]).toSorted();
    const there = texts[kind].match(/^(?:changed|designed) \d+\n/gm) ?? [];
    expect([...there].toSorted()).toEqual(expected);
  }
}
