import path from 'node:path';
import { expect, test } from 'vitest';
import { findViolations, type Manifest, type WorkspacePackage } from './boundaries.ts';
import { readSource } from './read-source.ts';
import { readWorkspace } from './read-workspace.ts';

const root = path.resolve(import.meta.dirname, '../..');

test('this workspace keeps its boundaries', () => {
  expect(findViolations(readWorkspace(root))).toEqual([]);
});

test('the reader sees this workspace as it is', () => {
  const { packages } = readWorkspace(root);
  expect(packages.map(({ directory }) => directory)).toEqual(
    expect.arrayContaining([
      'apps/server',
      'packages/client',
      'packages/contract',
      'packages/db',
      'scripts',
      'tests',
    ]),
  );
  const here = packages
    .find(({ directory }) => directory === 'tests')
    ?.files.find((file) => file.path === 'workspace/boundaries.test.ts');
  expect(here?.imports).toContainEqual({ specifier: 'vitest', typeOnly: false });
  const web = packages.find(({ directory }) => directory === 'apps/web');
  const start = web?.files.find((file) => file.path === 'src/app/start/start.tsx');
  expect(start?.imports).toContainEqual({ specifier: 'react-dom/client', typeOnly: false });
});

/** The findings in a workspace of contract, db, api and client, where one package has one more source file. */
function findingsIn(directory: string, source: string, options: { file?: string; manifest?: Manifest } = {}) {
  const manifests: Record<string, Manifest> = {
    'packages/contract': { dependencies: { zod: '4' } },
    'packages/db': {
      dependencies: { '@mikro-orm/core': '7', kysely: '0', pg: '8', '@stepledger/contract': '*' },
    },
    'packages/api': { dependencies: { '@trpc/server': '11', '@stepledger/contract': '*', pg: '8' } },
    'packages/client': {
      dependencies: { '@trpc/server': '11', '@stepledger/api': '*', '@stepledger/contract': '*' },
    },
    'examples/agent': { dependencies: { '@stepledger/client': '*' } },
    'packages/testing': {},
    tests: { dependencies: { '@stepledger/db': '*' } },
    scripts: {},
    ...(options.manifest ? { [directory]: options.manifest } : {}),
  };
  const file = options.file ?? 'src/x.ts';
  const packages = Object.entries(manifests).map(
    ([home, manifest]): WorkspacePackage => ({
      name: `@stepledger/${path.basename(home)}`,
      directory: home,
      manifest,
      files: home === directory ? [{ path: file, ...readSource(file, source) }] : [],
    }),
  );
  return findViolations({ packages, root: { devDependencies: { vitest: '5' } } });
}

test.each([
  `import { z } from 'left-pad';`,
  `export * from 'left-pad/sub';`,
  `export { a } from 'left-pad';`,
  `import type { A } from 'left-pad';`,
  `type A = import('left-pad').A; export type { A };`,
  `await import('left-pad');`,
  `import 'left-pad';`,
])('an undeclared import is found: %s', (source) => {
  expect(findingsIn('packages/contract', source)).toEqual([
    'packages/contract/src/x.ts: imports left-pad, which its package.json does not declare',
  ]);
});

test('modules of Node, the package itself and declared ones are no findings', () => {
  const source = `import fs from 'node:fs'; import { z } from 'zod/v4'; import { a } from './a.ts'; import '@stepledger/contract';`;
  expect(findingsIn('packages/contract', source)).toEqual([]);
});

test('what ships may not import a development dependency but for its types, a test and a configuration may', () => {
  const manifest = { devDependencies: { tsdown: '0' } };
  const source = `import { defineConfig } from 'tsdown'; import { test } from 'vitest';`;
  expect(findingsIn('packages/contract', source, { manifest })).toHaveLength(2);
  expect(findingsIn('packages/contract', `import type { A } from 'tsdown';`, { manifest })).toEqual([]);
  expect(findingsIn('packages/contract', source, { manifest, file: 'src/x.test.ts' })).toEqual([]);
  expect(findingsIn('packages/contract', source, { manifest, file: 'tsdown.config.ts' })).toEqual([]);
});

test('a module of types alone is declared by its package of types', () => {
  const manifest = { devDependencies: { '@types/hast': '3' } };
  expect(findingsIn('packages/contract', `import type { Root } from 'hast';`, { manifest })).toEqual([]);
  expect(findingsIn('packages/contract', `import { Root } from 'hast';`, { manifest })).toHaveLength(1);
});

test.each([
  ['packages/contract', 'db'],
  ['packages/db', 'api'],
  ['packages/api', 'db'],
  ['packages/client', 'db'],
  ['apps/web', 'api'],
  ['packages/db', 'client'],
  ['examples/agent', 'contract'],
  ['examples/agent', 'db'],
  ['scripts', 'contract'],
])('%s must not use %s, whether by manifest or by import', (directory, name) => {
  const manifest = { dependencies: { [`@stepledger/${name}`]: 'workspace:*' } };
  expect(findingsIn(directory, `import type { A } from '@stepledger/${name}';`, { manifest })).toEqual([
    `${directory}/package.json: must not depend on @stepledger/${name}`,
    `${directory}/src/x.ts: must not import @stepledger/${name}`,
  ]);
});

test('the tests of an example may use packages/testing, the example may not', () => {
  const source = `import { startTestServer } from '@stepledger/testing';`;
  const manifest = { devDependencies: { '@stepledger/testing': '*' } };
  expect(findingsIn('examples/agent', source, { manifest, file: 'src/x.int.test.ts' })).toEqual([]);
  expect(findingsIn('examples/agent', source, { manifest })).toContain(
    'examples/agent/src/x.ts: must not import @stepledger/testing',
  );
  expect(findingsIn('packages/db', '', { manifest })).toEqual([
    'packages/db/package.json: must not depend on @stepledger/testing',
  ]);
});

test('a package that the list does not know may use none of ours', () => {
  const manifest = { dependencies: { '@stepledger/contract': '*' } };
  expect(findingsIn('packages/newcomer', '', { manifest })).toEqual([
    'packages/newcomer/package.json: must not depend on @stepledger/contract',
  ]);
});

test.each(['@mikro-orm/core', '@mikro-orm/postgresql', 'kysely', 'pg'])(
  '%s stays inside packages/db',
  (name) => {
    const manifest = { dependencies: { [name]: '1' } };
    const source = `import type { A } from '${name}';`;
    expect(findingsIn('packages/api', source, { manifest })).toEqual([
      `packages/api/src/x.ts: imports ${name} outside of packages/db`,
    ]);
    expect(findingsIn('packages/db', source, { manifest })).toEqual([]);
    expect(findingsIn('packages/api', source, { manifest, file: 'src/x.int.test.ts' })).toEqual([]);
  },
);

test.each([
  `console.log(process.env['A']);`,
  `const all = { ...process.env };`,
  `const { env } = process;`,
  `globalThis.process.env.A;`,
  `process['env'].A;`,
  `import { env } from 'node:process';`,
])('reading the environment is found: %s', (source) => {
  expect(findingsIn('packages/contract', source)).toEqual([
    'packages/contract/src/x.ts: reads process.env outside of an env.ts',
  ]);
  expect(findingsIn('packages/contract', source, { file: 'src/env.ts' })).toEqual([]);
  expect(findingsIn('scripts', source, { file: 'x.ts' })).toEqual([]);
  expect(findingsIn('tests', source, { file: 'a/helper.ts' })).toEqual([]);
});

test('other properties of process and other env are no reading of the environment', () => {
  expect(
    findingsIn(
      'packages/contract',
      `process.argv; config.env; const { pid } = process; import process from 'node:process';`,
    ),
  ).toEqual([]);
});

test.each([
  `import { appRouter } from '@stepledger/api';`,
  `import { type AppRouter } from '@stepledger/api';`,
  `export { appRouter } from '@stepledger/api';`,
  `await import('@trpc/server');`,
])('the client takes only types of the server: %s', (source) => {
  expect(findingsIn('packages/client', source)).toEqual([
    expect.stringMatching(/imports @\S+ other than by "import type"$/),
  ]);
});

test('types of the server and the words of its links are fine in the client', () => {
  const source = `import type { AppRouter } from '@stepledger/api'; export type { inferRouterInputs } from '@trpc/server';
    import { observable } from '@trpc/server/observable';`;
  expect(findingsIn('packages/client', source)).toEqual([]);
});

test('a relative path stays in its package', () => {
  const source = `import '../../db/src/index.ts'; import '../y.ts';`;
  expect(findingsIn('packages/client', source)).toEqual([
    'packages/client/src/x.ts: reaches out of its package by ../../db/src/index.ts',
  ]);
  expect(findingsIn('packages/client', source, { file: 'src/deep/x.ts' })).toEqual([]);
});

test('a source that cannot be read is an error, not a file without imports', () => {
  expect(() => readSource('src/x.ts', 'import {')).toThrow('src/x.ts');
});
