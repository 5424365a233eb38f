import type { RowLine } from '@stepledger/contract';

/** The texts that a line names, in the order in which a file has them. */
export function blobsOf(line: RowLine): string[] {
  switch (line.type) {
    case 'message':
      return [line.content];
    case 'exchange':
      return line.context === null ? [] : [line.context];
    case 'attempt':
      return [line.request, line.response].filter((id) => id !== null);
    case 'close':
      return line.response === null ? [] : [line.response];
    case 'version':
      return line.text === null ? [] : [line.text];
    default:
      return [];
  }
}
