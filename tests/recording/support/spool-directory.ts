import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A directory for a spool, which the spool makes itself. */
export function makeSpoolDirectory(): string {
  const place = mkdtempSync(join(tmpdir(), 'stepledger-outage-'));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  return join(place, 'spool');
}

/** What a file of a spool holds, without its header; bytes are base64. */
export function readSpool(directory: string, kind: 'calls' | 'rejected' = 'calls'): string[] {
  if (!existsSync(directory)) return [];
  const files = readdirSync(directory).filter((name) => name.startsWith(kind));
  return files.flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n').slice(1, -1));
}
