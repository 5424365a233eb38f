import type { EditedDocument } from './edited-document.ts';

/** The command that saves a text which was kept in a file. */
export function goOnCommand({ id, runId, kind, key, base }: EditedDocument, file: string): string {
  const name = [runId, kind, key].map(encodeURIComponent).join('/');
  const document = id === null ? `${quote(name)} --create` : `${id}@${base.version}`;
  return `stepledger edit ${document} --file ${quote(file)}`;
}

function quote(word: string): string {
  return /^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
