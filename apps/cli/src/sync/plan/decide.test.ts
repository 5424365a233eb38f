import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Attributes,
  type Decision,
  decide,
  type FileState,
  type LocalState,
  type VersionState,
} from './decide.ts';
import { hasMarkers } from './markers.ts';

/** One document on both sides, as simple as it can be: what `decide` says is done to it at once, or half of it. */
class World {
  readonly versions: VersionState[] = [];
  file: FileState | null = null;
  known: number | null = null;
  #tokens = 0;

  get head(): VersionState | null {
    return this.versions.at(-1) ?? null;
  }

  get base(): VersionState | null {
    return this.versions.find(({ version }) => version === this.file?.version) ?? this.#sameText();
  }

  token(side: string): string {
    this.#tokens += 1;
    return `${side}-${this.#tokens}`;
  }

  save(text: string | null, attributes: Partial<Attributes> = {}): void {
    const before = this.head?.attributes ?? { title: null, status: null, step: null };
    this.versions.push({ version: this.versions.length + 1, text, attributes: { ...before, ...attributes } });
  }

  decide(options: { delete: boolean; restore: boolean }): Decision {
    const { file, head, known } = this;
    const local: LocalState | null = file && {
      text: file.text,
      attributes: file.attributes,
      isNamed: file.version !== null,
      waits: file.conflict !== null,
      hasOwnFront: false,
    };
    return decide({ local, base: this.base, head, known, options: { ...options, step: null } });
  }

  /** A file without front matter was made from the version that has its text. */
  #sameText(): VersionState | null {
    if (this.file === null || this.head === null || this.head.text === null) return null;
    return this.versions.findLast(({ text }) => text === this.file?.text) ?? null;
  }

  /** Does what was decided, up to so many of its effects: a process may die between any two. */
  apply(decision: Decision, effects: number): void {
    const steps: (() => void)[] = [];
    const write = (file: FileState) => () => {
      this.file = { ...file, version: file.version ?? this.versions.length };
    };
    const remember = () => {
      this.known = this.file?.version ?? null;
    };
    if (decision.do === 'write') steps.push(write(decision.file), remember);
    if (decision.do === 'conflict' && decision.file) steps.push(write(decision.file), remember);
    if (decision.do === 'save') {
      const { text, title, status, expectedVersion } = decision.save;
      steps.push(
        () => {
          expect(expectedVersion).toBe(this.versions.length);
          this.save(text ?? this.head?.text ?? '', {
            ...(title !== undefined && { title }),
            ...(status !== undefined && { status }),
          });
        },
        write(decision.file),
        remember,
      );
    }
    const removeFile = () => {
      this.file = null;
    };
    if (decision.do === 'delete-file') steps.push(removeFile, remember);
    if (decision.do === 'delete-document') steps.push(() => this.save(null), remember);
    for (const step of steps.slice(0, effects)) step();
  }
}

const linesOf = (text: string | null | undefined) => (text ?? '').split('\n').filter((line) => line !== '');

interface Turn {
  who: 'file' | 'run' | 'sync';
  what: 'insert' | 'remove' | 'delete' | 'status' | 'strip' | 'resolve';
  at: number;
  effects: number;
  deletes: boolean;
  restores: boolean;
}

const turn: fc.Arbitrary<Turn> = fc.record({
  who: fc.constantFrom('file', 'file', 'run', 'run', 'sync', 'sync', 'sync'),
  what: fc.constantFrom(
    'insert',
    'insert',
    'insert',
    'remove',
    'delete',
    'status',
    'strip',
    'resolve',
    'resolve',
  ),
  at: fc.nat(20),
  effects: fc.constantFrom(0, 1, 2, 3, 3, 3),
  deletes: fc.boolean(),
  restores: fc.boolean(),
});

/** Takes a line in or out; the end of the text may have no line end. */
function change(text: string, { what, at }: Turn, token: string): string {
  const lines = text.split('\n');
  if (what === 'remove') lines.splice(at % lines.length, 1);
  else lines.splice(at % (lines.length + 1), 0, token);
  return lines.join('\n');
}

function playFile(world: World, turn: Turn): void {
  const { file } = world;
  if (file === null) {
    if (turn.what === 'insert') {
      const attributes = { title: null, status: null, step: null };
      world.file = { text: `${world.token('file')}\n`, version: null, attributes, conflict: null };
    }
    return;
  }
  if (turn.what === 'delete') world.file = null;
  else if (turn.what === 'strip') world.file = { ...file, version: null };
  else if (turn.what === 'status') {
    world.file = { ...file, attributes: { ...file.attributes, status: world.token('file') } };
  } else if (turn.what === 'resolve') {
    const text = file.text.replace(/^(?:<<<<<<< file|=======|>>>>>>> run \(version \d+\))\n/gm, '');
    world.file = { ...file, text, conflict: null };
  } else world.file = { ...file, text: change(file.text, turn, world.token('file')) };
}

function playRun(world: World, turn: Turn): void {
  const text = world.head?.text ?? null;
  if (text === null) {
    if (turn.what === 'insert') world.save(`${world.token('run')}\n`);
  } else if (turn.what === 'delete') world.save(null);
  else if (turn.what === 'status') world.save(text, { status: world.token('run') });
  else world.save(change(text, turn, world.token('run')));
}

/** Syncs, perhaps not to the end, and checks that neither side lost what it had. */
function playSync(world: World, { deletes, restores, effects }: Turn): void {
  const { file, head, base, known } = world;
  const decision = world.decide({ delete: deletes, restore: restores && !deletes });
  world.apply(decision, effects);

  const inRun = new Set(world.versions.flatMap(({ text }) => linesOf(text)));
  const inFile = new Set(linesOf(world.file?.text));
  for (const line of linesOf(file?.text)) expect(inRun.has(line) || inFile.has(line)).toBe(true);
  const statuses = [
    world.file?.attributes.status,
    ...world.versions.map(({ attributes }) => attributes.status),
  ];
  if (file?.attributes.status) expect(statuses).toContain(file.attributes.status);
  if (world.versions.length === (head?.version ?? 0)) return;
  if (world.head?.text === null) {
    // Only what this folder has seen is deleted from here.
    expect(known).toBe(head?.version);
  } else {
    const statusOf = (version: VersionState | null) => version?.attributes.status ?? null;
    if (base && statusOf(head) !== statusOf(base)) expect(statusOf(world.head)).toBe(statusOf(head));
    // A text that sync saved has no marks that were not there, and takes nothing back that the run had.
    if (!hasMarkers(base?.text ?? '')) expect(hasMarkers(world.head?.text ?? '')).toBe(false);
    const newest = new Set(linesOf(world.head?.text));
    const before = new Set(linesOf(base?.text));
    for (const line of linesOf(head?.text)) if (!before.has(line)) expect(newest.has(line)).toBe(true);
    for (const line of linesOf(file?.text)) if (!before.has(line)) expect(newest.has(line)).toBe(true);
  }
}

test('whatever both sides do, and wherever a sync dies, no edit is lost and none is taken back', () => {
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 40, size: 'max' }), (turns) => {
      const world = new World();
      for (const next of turns) {
        if (next.who === 'file') playFile(world, next);
        else if (next.who === 'run') playRun(world, next);
        else playSync(world, next);
      }
    }),
    { numRuns: 1500 },
  );
});

test('after a sync both sides are the same, or wait for a person, and another sync does nothing', () => {
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 40, size: 'max' }), (turns) => {
      const world = new World();
      for (const next of turns) {
        if (next.who === 'file') playFile(world, next);
        else if (next.who === 'run') playRun(world, next);
        else playSync(world, next);
      }
      const options = { delete: false, restore: false };
      world.apply(world.decide(options), 3);
      const again = world.decide(options);
      if (again.do === 'conflict') expect(again.file).toBeNull();
      else if (again.do !== 'report') {
        expect(again).toEqual({ do: 'nothing' });
        if (world.file && world.head) {
          expect(world.file.text).toBe(world.head.text);
          expect(world.file.version).toBe(world.head.version);
          expect(world.file.attributes.status).toBe(world.head.attributes.status);
        }
      }
    }),
    { numRuns: 1500 },
  );
});
