import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** All that decides what a build of the web UI holds; what it may import is held by tests/workspace. */
const SOURCES = ['apps/web', 'packages/client/src', 'packages/contract/src', 'scripts/web', 'pnpm-lock.yaml'];
const NOT_SOURCE = ['node_modules', 'dist', '.turbo'];

/** A hash over the content of all sources of the web UI: unlike times, it knows of a checkout and of lost files. */
export function fingerprintSources(root: string): string {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((source) => filesBelow(path.join(root, source)))) {
    const bytes = fs.readFileSync(file);
    hash.update(`${path.relative(root, file)}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

function filesBelow(place: string): string[] {
  if (!fs.statSync(place).isDirectory()) return [place];
  const names = fs.readdirSync(place).filter((name) => !NOT_SOURCE.includes(name) && !isTest(name));
  return names.sort().flatMap((name) => filesBelow(path.join(place, name)));
}

function isTest(name: string): boolean {
  return /\.test(-d)?\.tsx?$/.test(name);
}
