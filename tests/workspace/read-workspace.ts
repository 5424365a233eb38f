import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { Manifest, Workspace, WorkspacePackage } from './boundaries.ts';
import { readSource } from './read-source.ts';

const NOT_SOURCE = ['node_modules', 'dist', 'build', '.turbo'];

/** Reads every package of a pnpm workspace and every import in its sources. */
export function readWorkspace(root: string): Workspace {
  const { packages } = parse(fs.readFileSync(path.join(root, 'pnpm-workspace.yaml'), 'utf8')) as {
    packages: string[];
  };
  const manifests = fs.globSync(
    packages.map((pattern) => `${pattern}/package.json`),
    { cwd: root },
  );
  return {
    packages: manifests.sort().map((manifest) => readPackage(root, path.dirname(manifest))),
    root: readManifest(root),
  };
}

function readPackage(root: string, directory: string): WorkspacePackage {
  const home = path.join(root, directory);
  const manifest = readManifest(home);
  const files = fs.globSync('**/*.{ts,tsx,mts,js,mjs}', {
    cwd: home,
    exclude: (entry) => NOT_SOURCE.includes(path.basename(entry)),
  });
  return {
    name: manifest.name ?? directory,
    directory: toSlashes(directory),
    manifest,
    files: files.sort().map((file) => ({
      path: toSlashes(file),
      ...readSource(file, fs.readFileSync(path.join(home, file), 'utf8')),
    })),
  };
}

function readManifest(directory: string): Manifest {
  return JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8')) as Manifest;
}

function toSlashes(file: string): string {
  return file.replaceAll(path.sep, '/');
}
