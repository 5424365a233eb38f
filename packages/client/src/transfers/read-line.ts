import { TRANSFER_FORMAT, type TransferLine, transferLineSchema } from '@stepledger/contract';
import { isRecord } from '../errors/to-stepledger-error.ts';
import { badFile } from './bad-file.ts';
import type { FileLine } from './split-lines.ts';

const TYPES: ReadonlySet<string> = new Set(
  transferLineSchema.options.map((option) => option.shape.type.value as string),
);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A line of a file as JSON: of a known type, and beyond that as it came. */
export interface LooseLine {
  readonly type: TransferLine['type'];
  readonly [field: string]: unknown;
}

/** @throws BAD_INPUT, by number, for what is no line of an exported file */
export function readLine({ number, bytes, whole }: FileLine): LooseLine {
  const value = parse(number, bytes);
  if (!whole) throw badFile(number, 'has no line break: the file is cut off');
  if (!isRecord(value) || typeof value['type'] !== 'string') {
    throw badFile(number, 'must be a JSON object with a type');
  }
  if (value['type'] === 'header') checkVersion(number, value);
  if (!TYPES.has(value['type']))
    throw badFile(number, 'is of a type that this version does not know', 'type');
  return value as LooseLine;
}

function parse(number: number, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw badFile(
      number,
      error instanceof SyntaxError ? 'is not JSON: the file is cut off or changed' : 'is not UTF-8',
    );
  }
}

function checkVersion(number: number, { format, version }: Record<string, unknown>): void {
  if (format !== TRANSFER_FORMAT.name)
    throw badFile(number, 'is not the header of an export of Stepledger', 'format');
  if (version !== TRANSFER_FORMAT.version) {
    throw badFile(number, `must be ${TRANSFER_FORMAT.version}: this version reads no other`, 'version');
  }
}

/** The line as the format has it. @throws BAD_INPUT with every field that is wrong or unknown */
export function checkLine<Type extends TransferLine['type']>(
  number: number,
  line: LooseLine & { readonly type: Type },
): Extract<TransferLine, { type: Type }> {
  const checked = transferLineSchema.safeParse(line);
  if (checked.success) return checked.data as Extract<TransferLine, { type: Type }>;
  const [issue] = checked.error.issues;
  throw badFile(number, reasonOf(issue), issue?.path.join('.') ?? '');
}

function reasonOf(issue: { code: string; message: string; keys?: string[] } | undefined): string {
  if (issue?.code === 'unrecognized_keys') return `has unknown fields: ${issue.keys?.join(', ')}`;
  return issue ? `is refused: ${issue.message}` : 'is refused';
}
