import type { ExportScope, Stepledger } from '@stepledger/client';

/** A whole export as one text; only tests hold one in memory. */
export async function exported(ledger: Stepledger, scope: ExportScope = {}): Promise<string> {
  const lines: string[] = [];
  for await (const line of ledger.export(scope)) lines.push(line);
  return lines.join('');
}

/** The types of the lines of a file, in their order. */
export function typesOf(file: string): string[] {
  return linesOf(file).map((line) => (JSON.parse(line) as { type: string }).type);
}

export function linesOf(file: string): string[] {
  return file.split('\n').slice(0, -1);
}
