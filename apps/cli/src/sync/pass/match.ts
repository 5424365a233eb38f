import { identifierSchema } from '@stepledger/contract';
import type { KnownFiles } from '../files/known-files.ts';
import type { ScannedFile } from '../files/scan.ts';
import { besideTaken, type DocumentName, foldPath, type Layout } from '../layouts/layout.ts';
import type { Head } from '../ledger/run-documents.ts';
import type { Action } from './actions.ts';
import { type LocalFile, toLocalFile } from './local-file.ts';

/** A document and its file, of which one may be missing. */
export interface Pair {
  name: DocumentName;
  path: string;
  local: LocalFile | null;
  head: Head | null;
  /** The version at which this folder last held it; null when it never did. */
  known: number | null;
}

export interface Matched {
  pairs: Pair[];
  /** What is left alone, and why. */
  left: Action[];
}

interface Sides {
  files: readonly ScannedFile[];
  heads: readonly Head[];
  known: KnownFiles;
  layout: Layout;
}

/** Finds out which file is which document: by the id in the front matter, else by its path. */
export function matchSides({ files, heads, known, layout }: Sides): Matched {
  const matcher = new Matcher(heads, known, layout);
  const locals: LocalFile[] = [];
  for (const scanned of files) {
    const local = toLocalFile(scanned);
    if ('refused' in local) matcher.refuse(scanned.path, local.refused);
    else locals.push(local);
  }
  matcher.addNamed(locals.filter(({ names }) => names !== null));
  for (const local of locals) if (local.names === null) matcher.addNew(local);
  for (const head of heads) matcher.addWithoutFile(head);
  return matcher;
}

class Matcher implements Matched {
  readonly pairs: Pair[] = [];
  readonly left: Action[] = [];
  readonly #known: KnownFiles;
  readonly #layout: Layout;
  readonly #heads: Map<string, Head>;
  readonly #byName: Map<string, Head>;
  /** The paths that are taken, and by which file. */
  readonly #taken = new Map<string, string>();
  /** Which file is which document, by its id or, of a new one, by its name. */
  readonly #owners = new Map<string, string>();
  readonly #refused = new Set<string>();

  constructor(heads: readonly Head[], known: KnownFiles, layout: Layout) {
    this.#known = known;
    this.#layout = layout;
    this.#heads = new Map(heads.map((head) => [head.id, head]));
    this.#byName = new Map(heads.map((head) => [nameKey(head), head]));
  }

  refuse(path: string, reason: string, head: Head | null = null): void {
    this.#refused.add(path);
    this.#taken.set(foldPath(path), path);
    this.#leave('refused', { path, reason, head });
  }

  addNamed(locals: readonly LocalFile[]): void {
    const byId = Map.groupBy(locals, ({ names }) => names?.id ?? '');
    for (const [id, files] of byId) {
      const head = this.#heads.get(id);
      if (head === undefined) {
        for (const { path } of files) this.refuse(path, 'it names a document that this run does not have');
        continue;
      }
      const own = files.length === 1 ? files[0] : this.#chooseOwn(files, head);
      if (own === undefined) this.#owners.set(id, files[0]?.path ?? '');
      for (const local of files) {
        if (local === own) this.#pair(local, head);
        else {
          const other = files.find((file) => file !== local && (own === undefined || file === own));
          this.refuse(
            local.path,
            `it names the same document as ${other?.path}; take \`id\` and \`version\` out to make it a document of its own`,
            head,
          );
        }
      }
    }
  }

  /** Of several files with one id, the one at the document's place is it. */
  #chooseOwn(files: readonly LocalFile[], head: Head): LocalFile | undefined {
    const places = [this.#known.get(head.id)?.path, this.#layout.toPath(head)];
    return files.find(({ path }) => path === places[0]) ?? files.find(({ path }) => path === places[1]);
  }

  #pair(local: LocalFile, head: Head): void {
    this.#owners.set(head.id, local.path);
    this.#taken.set(foldPath(local.path), local.path);
    if ((local.names?.version ?? 0) > head.version) {
      this.refuse(
        local.path,
        `it names version ${local.names?.version}, and the newest in the run is ${head.version}`,
        head,
      );
    } else this.pairs.push({ name: head, path: local.path, local, head, known: this.#versionKnown(head) });
  }

  addNew(local: LocalFile): void {
    const { path } = local;
    const lost = this.#findLost(path);
    if (lost !== null) {
      this.#pair({ ...local, names: { id: lost.head.id, version: lost.version } }, lost.head);
      return;
    }
    const name = this.#layout.toDocument(path);
    if (name === null) {
      this.#taken.set(foldPath(path), path);
      this.#leave('no-place', { path, reason: `the layout ${this.#layout.name} has no documents there` });
      return;
    }
    const fault = findNameFault(name);
    if (fault !== null) {
      this.refuse(path, fault);
      return;
    }
    const head = this.#byName.get(nameKey(name)) ?? null;
    const owner = this.#owners.get(head?.id ?? nameKey(name));
    if (owner !== undefined) {
      this.refuse(path, `it would be ${name.kind}/${name.key}, which ${owner} is already`, head);
      return;
    }
    this.#owners.set(head?.id ?? nameKey(name), path);
    this.#taken.set(foldPath(path), path);
    this.pairs.push({ name, path, local, head, known: null });
  }

  /** The document that this file was when it was last synced, and the version that it was made from. */
  #findLost(path: string): { head: Head; version: number } | null {
    for (const [id, { path: knownPath, version, bareVersion = version }] of this.#known) {
      const head = this.#heads.get(id);
      if (knownPath === path && head && !head.deleted && !this.#owners.has(id)) {
        return { head, version: bareVersion };
      }
    }
    return null;
  }

  addWithoutFile(head: Head): void {
    if (head.deleted || this.#owners.has(head.id)) return;
    const known = this.#known.get(head.id);
    const place = known?.path ?? this.#layout.toPath(head);
    if (place === null) {
      this.#leave('no-place', {
        path: null,
        head,
        reason: `the layout ${this.#layout.name} has no place for it`,
      });
      return;
    }
    // Its file may be the one that was refused.
    if (this.#refused.has(place)) return;
    const path = this.#taken.has(foldPath(place)) ? besideTaken(place, head.id) : place;
    if (this.#taken.has(foldPath(path))) {
      this.#leave('no-place', {
        path: null,
        head,
        reason: `${this.#taken.get(foldPath(path))} stands in its place`,
      });
      return;
    }
    this.#taken.set(foldPath(path), path);
    this.pairs.push({ name: head, path, local: null, head, known: this.#versionKnown(head) });
  }

  #versionKnown(head: Head): number | null {
    return this.#known.get(head.id)?.version ?? null;
  }

  #leave(
    action: 'refused' | 'no-place',
    { path, reason, head = null }: { path: string | null; reason: string; head?: Head | null },
  ): void {
    this.left.push({
      action,
      path,
      kind: head?.kind ?? null,
      key: head?.key ?? null,
      documentId: head?.id ?? null,
      version: head?.version ?? null,
      reason,
    });
  }
}

/** Equal for equal names only: neither holds a line feed. */
function nameKey({ kind, key }: DocumentName): string {
  return `${kind}\n${key}`;
}

function findNameFault({ kind, key }: DocumentName): string | null {
  for (const [what, value] of Object.entries({ kind, key })) {
    const parsed = identifierSchema.safeParse(value);
    if (!parsed.success)
      return `its path makes a ${what} that ${parsed.error.issues[0]?.message ?? 'is not valid'}`;
  }
  return null;
}
