import { identifierSchema, LIMITS } from '@stepledger/contract';
import { isId, parseStepRef } from '../../refs/parse-refs.ts';
import type { ScannedFile } from '../files/scan.ts';
import type { LocalState } from '../plan/decide.ts';
import { type FileText, hasOwnFront, parseFile, type Refused } from '../text/file-text.ts';

/** A file that can be synced. */
export interface LocalFile {
  path: string;
  bytes: Buffer;
  file: FileText;
  /** The document and version that its front matter names; null in a new file. */
  names: { id: string; version: number } | null;
}

/** Takes a scanned file apart and checks what it says; else the reason why it is left alone. */
export function toLocalFile({ path, content }: ScannedFile): LocalFile | Refused {
  if ('refused' in content) return content;
  const file = parseFile(content);
  if ('refused' in file) return file;
  const { id, version } = file.values;
  if (Buffer.byteLength(file.text) > LIMITS.maxTextBytes) {
    return { refused: `its text is larger than ${LIMITS.maxTextBytes} bytes` };
  }
  const fault = findFault(file);
  if (fault !== null) return { refused: fault };
  if (id === undefined && version === undefined) return { path, bytes: content, file, names: null };
  if (id === undefined || version === undefined || !isId(id)) {
    return {
      refused:
        '`id` and `version` in its front matter name a document and one of its versions; both must be, or neither. Call yours otherwise',
    };
  }
  return { path, bytes: content, file, names: { id: id.toLowerCase(), version } };
}

function findFault({ values }: FileText): string | null {
  const step = typeof values.step === 'string' ? toStep(values.step) : {};
  for (const [name, value] of Object.entries({ title: values.title, status: values.status, ...step })) {
    if (value === undefined || value === null || value === '') continue;
    const parsed = identifierSchema.safeParse(value);
    if (!parsed.success)
      return `\`${name}\` in its front matter ${parsed.error.issues[0]?.message ?? 'is not valid'}`;
  }
  const empty = (['title', 'status', 'step'] as const).find((name) => values[name] === '');
  return empty === undefined ? null : `\`${empty}\` in its front matter must not be an empty text`;
}

function toStep(step: string): Record<string, string> {
  const { name, key } = parseStepRef(step);
  return name === '' ? {} : { step: name, 'step key': key };
}

export function toLocalState({ file }: LocalFile): LocalState {
  const { title, status, step, conflict } = file.values;
  return {
    text: file.text,
    attributes: { title, status, step },
    isNamed: file.values.id !== undefined,
    waits: conflict !== undefined && conflict !== null,
    hasOwnFront: hasOwnFront(file),
  };
}
