import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isLedgerError, type RunHandle, type Stepledger } from '@stepledger/client';
import type { SyncInput } from 'stepledger/sync';
import { createPlainLayout, createRunDocuments } from 'stepledger/sync';

/** One thing that somebody does, to the files or to the run. */
export interface Deed {
  what:
    | 'insert'
    | 'replace'
    | 'open'
    | 'save'
    | 'new'
    | 'rename'
    | 'strip'
    | 'resolve'
    | 'remove'
    | 'run-insert'
    | 'run-status'
    | 'run-new'
    | 'run-delete'
    | 'run-undelete'
    | 'nothing';
  which: number;
}

const TOKEN = /(?:file|run)-\d+-/g;
const MARKS = /^(?:<<<<<<< file|=======|>>>>>>> run \(version \d+\)|conflict: .*)\n/gm;

/** A folder and a run, people at both, and the account of every line that they wrote. */
export class SyncWorld {
  readonly root: string;
  readonly #ledger: Stepledger;
  readonly #run: RunHandle;
  /** Every line that somebody wrote and that nobody of the same side took out again. */
  readonly written = new Set<string>();
  /** Whether somebody took away what tells which version a file was made from. */
  blurred = false;
  #count = 0;
  readonly #seen = new Set<string>();
  /** What an editor has had open since a while, by the path it will save to. */
  readonly #buffers: { path: string; content: string }[] = [];

  constructor(root: string, ledger: Stepledger, run: RunHandle) {
    this.root = root;
    this.#ledger = ledger;
    this.#run = run;
  }

  input(moment?: SyncInput['moment'], options: Partial<SyncInput['options']> = {}): SyncInput {
    return {
      root: this.root,
      runId: this.#run.id,
      layout: createPlainLayout(),
      documents: createRunDocuments(this.#ledger, this.#run.id),
      options: { dryRun: false, delete: false, restore: false, step: null, ...options },
      moment,
    };
  }

  async play({ what, which }: Deed): Promise<void> {
    if (what === 'nothing') return;
    if (what.startsWith('run-')) return this.#playRun(what, which);
    const files = this.files();
    for (const file of files) this.#seen.add(file);
    if (what === 'new') return this.#create(`new/n${which}.md`);
    const file = files[which % Math.max(1, files.length)];
    if (what === 'save') return this.#saveBuffer();
    if (file === undefined) return;
    const content = readFileSync(path.join(this.root, file), 'utf8');
    if (what === 'insert') this.#write(file, this.#insert(content, which));
    if (what === 'replace') this.#replace(file, this.#insert(content, which));
    if (what === 'open') this.#buffers.push({ path: file, content });
    if (what === 'resolve') this.#write(file, content.replace(MARKS, ''));
    if (what === 'rename')
      renameSync(path.join(this.root, file), path.join(this.root, `moved${this.#next()}.md`));
    if (what === 'remove') {
      this.#forget(content, '');
      rmSync(path.join(this.root, file));
    }
    if (what === 'strip') {
      this.blurred = true;
      this.#write(file, content.replace(/^---\n[\s\S]*?\n---\n/, ''));
    }
  }

  /** As agents do: a change that is refused, since somebody else was first, is not made. */
  async #playRun(what: Deed['what'], which: number): Promise<void> {
    const token = `run-${this.#next()}-`;
    try {
      if (await this.#changeRun(what, which, token)) this.written.add(token);
    } catch (error) {
      if (!isLedgerError(error) || !['VERSION_CONFLICT', 'ALREADY_EXISTS'].includes(error.code)) throw error;
    }
  }

  /** Answers whether the token is in the run. */
  async #changeRun(what: Deed['what'], which: number, token: string): Promise<boolean> {
    if (what === 'run-new') {
      await this.#run.documents.create({ kind: 'new', key: `n${which}`, text: `${token}\n` });
      return true;
    }
    const documents = await this.#run.documents.list({ includeDeleted: true });
    const document = documents[which % Math.max(1, documents.length)];
    if (document === undefined) return false;
    if (document.deleted) {
      if (what === 'run-undelete') await document.undelete();
      return false;
    }
    if (what === 'run-delete') await document.delete();
    if (what === 'run-status') await document.update({ status: token });
    if (what === 'run-insert') await document.update(insertLine(document.text, which, token));
    return what === 'run-insert';
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }

  #line(): string {
    const token = `file-${this.#next()}-`;
    this.written.add(token);
    return token;
  }

  /** Inserts a line into the text behind the front matter. */
  #insert(content: string, at: number): string {
    const front = /^---\n[\s\S]*?\n---\n/.exec(content)?.[0] ?? '';
    return front + insertLine(content.slice(front.length), at, this.#line());
  }

  /** Whoever makes a new file does not mean to replace one that is there. */
  #create(file: string): void {
    if (!this.#seen.has(file)) this.#write(file, `${this.#line()}\n`);
  }

  /** An editor saves what it had open, over whatever is there by now. */
  #saveBuffer(): void {
    const buffer = this.#buffers.shift();
    if (buffer) this.#replace(buffer.path, this.#insert(buffer.content, 1));
  }

  /** As editors do that write into the file. */
  #write(file: string, content: string): void {
    const place = path.join(this.root, file);
    mkdirSync(path.dirname(place), { recursive: true });
    this.#forget(this.#readIfThere(place), content);
    writeFileSync(place, content);
  }

  /** As editors do that write beside the file and put that in its place. */
  #replace(file: string, content: string): void {
    const place = path.join(this.root, file);
    const beside = path.join(this.root, `.${randomUUID()}`);
    writeFileSync(beside, content);
    mkdirSync(path.dirname(place), { recursive: true });
    this.#forget(this.#readIfThere(place), content);
    renameSync(beside, place);
  }

  /** Lines that somebody at the files took out of them are theirs to take. */
  #forget(before: string, after: string): void {
    const left = new Set(after.match(TOKEN));
    for (const token of before.match(TOKEN) ?? []) {
      if (!left.has(token) && token.startsWith('file-')) this.written.delete(token);
    }
  }

  #readIfThere(place: string): string {
    try {
      return readFileSync(place, 'utf8');
    } catch {
      return '';
    }
  }

  files(): string[] {
    return readdirSync(this.root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md') && !file.startsWith('.'))
      .sort();
  }

  /** Every text there is now: in files, and in the newest version of each document that has one. */
  async current(): Promise<string> {
    return [...this.#allFiles(), ...(await this.#versions()).map((versions) => versions.at(-1) ?? '')].join(
      '\n',
    );
  }

  /** Every text that there is or was: in files, and in all versions. */
  async everything(): Promise<string> {
    return [...this.#allFiles(), ...(await this.#versions()).flat()].join('\n');
  }

  #allFiles(): string[] {
    return this.files().map((file) => readFileSync(path.join(this.root, file), 'utf8'));
  }

  async #versions(): Promise<string[][]> {
    const documents = await this.#run.documents.list({ includeDeleted: true, withText: false });
    return Promise.all(
      documents.map(async (document) => {
        const versions = await document.history({ withText: true });
        return versions.flatMap(({ text }) => text ?? []);
      }),
    );
  }
}

function insertLine(text: string, at: number, line: string): string {
  const lines = text.split('\n');
  lines.splice(at % (lines.length + 1), 0, line);
  return lines.join('\n');
}
