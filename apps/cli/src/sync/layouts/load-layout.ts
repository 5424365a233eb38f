import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { usageError } from '../../shell/cli-error.ts';
import { createFolderLayout } from './folder-layout.ts';
import type { Layout } from './layout.ts';
import { createPlainLayout } from './plain.ts';
import { encodeSegment, toSlug } from './segments.ts';

export const LAYOUTS = ['plain', 'openspec', 'spec-kit'] as const;
export type LayoutName = (typeof LAYOUTS)[number];

export interface LayoutInput {
  /** The folder that is synced. */
  directory: string;
  runKey: string;
  /** The name of the change or feature; of the run when left out. */
  name: string | undefined;
}

/** The layout of that name for this run; looks into the folder for the one that the run has there already. */
export function loadLayout(layout: LayoutName, input: LayoutInput): Layout {
  switch (layout) {
    case 'plain':
      if (input.name !== undefined) throw usageError('--name is for the layouts openspec and spec-kit');
      return createPlainLayout();
    case 'openspec':
      return createFolderLayout({
        name: layout,
        root: findChange(input),
        single: ['proposal', 'design', 'tasks'],
        many: { spec: { folder: 'specs', ending: '/spec.md' } },
      });
    case 'spec-kit':
      return createFolderLayout({
        name: layout,
        root: findFeature(input),
        single: ['spec', 'plan', 'tasks', 'research', 'data-model', 'quickstart'],
        many: {
          checklist: { folder: 'checklists', ending: '.md' },
          contract: { folder: 'contracts', ending: '.md' },
        },
      });
  }
}

/** `openspec/changes/NAME`, or where `openspec archive` has put it. */
function findChange(input: LayoutInput): string {
  const name = nameOf(input);
  const changes = 'openspec/changes';
  if (existsSync(path.join(input.directory, changes, name))) return `${changes}/${name}`;
  const archived = foldersIn(path.join(input.directory, changes, 'archive'))
    .filter((folder) => folder.replace(/^\d{4}-\d{2}-\d{2}-/, '') === name)
    .at(-1);
  return archived === undefined ? `${changes}/${name}` : `${changes}/archive/${archived}`;
}

const NUMBERED = /^(?:\d{8}-\d{6}|\d{3,})-/;

/** `specs/NNN-NAME`: the folder that ends with the name, else the next number. */
function findFeature(input: LayoutInput): string {
  const name = nameOf(input);
  if (NUMBERED.test(name)) return `specs/${name}`;
  const folders = foldersIn(path.join(input.directory, 'specs')).filter((folder) => NUMBERED.test(folder));
  const found = folders.find((folder) => folder.replace(NUMBERED, '') === name);
  if (found !== undefined) return `specs/${found}`;
  const numbers = folders.map((folder) => Number(/^(\d{3,7})-/.exec(folder)?.[1] ?? 0));
  return `specs/${String(Math.max(0, ...numbers) + 1).padStart(3, '0')}-${name}`;
}

function nameOf({ name, runKey }: LayoutInput): string {
  if (name !== undefined) {
    if (encodeSegment(name) === name) return name;
    throw usageError(`--name ${name} cannot be the name of a folder`);
  }
  const slug = toSlug(runKey);
  if (slug === '') throw usageError('The key of the run makes no name of a folder', 'Give one by --name.');
  return slug;
}

function foldersIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
