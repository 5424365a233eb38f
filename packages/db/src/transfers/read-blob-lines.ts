import { type BlobEncoding, LIMITS, type RowLine } from '@stepledger/contract';
import { type NewBlob, toBlobId, toNewBlob } from '../blobs/stored-blob.ts';
import { badLine } from './bad-line.ts';

/** Reads the texts of a call, each once, in the order in which every writer takes its locks. @throws BAD_INPUT */
export function readBlobLines(lines: readonly RowLine[]): NewBlob[] {
  const blobs = new Map<string, NewBlob>();
  for (const [index, line] of lines.entries()) {
    if (line.type !== 'blob') continue;
    const encoding = line.id.slice(line.id.indexOf('.') + 1) as BlobEncoding;
    const { text, base64 } = line;
    if (text !== undefined && (!text.isWellFormed() || text.includes('\0'))) {
      throw badLine(index, 'text', 'must not hold NUL or a lone surrogate, which utf8 cannot store');
    }
    const bytes = text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text, 'utf8');
    if (bytes.length > LIMITS.maxTextBytes) {
      throw badLine(index, '', `must be at most ${LIMITS.maxTextBytes} bytes when stored`);
    }
    if (encoding === 'utf16le' && bytes.length % 2 !== 0) {
      throw badLine(index, 'base64', 'is not UTF-16: it has an odd number of bytes');
    }
    const blob = toNewBlob(encoding, bytes);
    const id = toBlobId(blob);
    if (id !== line.id) throw badLine(index, 'id', `is not the hash of what it names, which is ${id}`);
    blobs.set(id, blob);
  }
  return [...blobs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, blob]) => blob);
}
