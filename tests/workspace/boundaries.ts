import path from 'node:path';
import { packageOf, type SourceFacts } from './read-source.ts';

export interface Manifest {
  name?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

export interface SourceFile extends SourceFacts {
  /** Relative to the package, with slashes. */
  path: string;
}

export interface WorkspacePackage {
  name: string;
  /** Relative to the workspace, with slashes: `packages/db`. */
  directory: string;
  manifest: Manifest;
  files: SourceFile[];
}

export interface Workspace {
  packages: WorkspacePackage[];
  /** The manifest of the root, whose tools every test and configuration file may import. */
  root: Manifest;
}

/** DESIGN, section 2: which package of ours each one may depend on. What is not listed here is forbidden. */
const JOINED = ['contract', 'db', 'api', 'postgres'];
const ALLOWED_EDGES: Record<string, readonly string[]> = {
  'packages/contract': [],
  'packages/postgres': [],
  'packages/parsers': ['contract'],
  'packages/db': ['contract'],
  'packages/api': ['contract'],
  'packages/client': ['contract', 'api'],
  'packages/embedded': [...JOINED, 'client'],
  'packages/testing': [...JOINED, 'client', 'embedded', 'server'],
  'apps/server': JOINED,
  'apps/web': ['contract', 'client'],
  // `serve` is the server, and the commands of the API are made from what its procedures say of themselves.
  'apps/cli': ['contract', 'client', 'api', 'server'],
  // As an agent of somebody else would: through what is published.
  'examples/*': ['client', 'embedded', 'parsers', 'server'],
  tests: ['*'],
  bench: ['*'],
  scripts: [],
};

/** Published as one build that holds all it needs, so that nothing is a dependency of who installs it. */
const SELF_CONTAINED = ['apps/cli'];

/** Only the package that keeps rows may speak to a database; tests look past it to check what it did. */
const DATABASE_LIBRARIES = /^(@mikro-orm\/.*|kysely|pg|pg-.*)$/;

/** Every way in which a workspace breaks the rules, each as one line that names the file. */
export function findViolations({ packages, root }: Workspace): string[] {
  return packages.flatMap((owner) => [
    ...checkManifest(owner, packages),
    ...owner.files.flatMap((file) => checkFile(file, { owner, packages, root })),
  ]);
}

function checkManifest(owner: WorkspacePackage, packages: WorkspacePackage[]): string[] {
  const { devDependencies = {} } = owner.manifest;
  const isOurs = (name: string) => packages.some((other) => other.name === name);
  const forbidden = [
    ...Object.keys(shipped(owner.manifest)).filter((name) => isOurs(name) && !mayDependOn(owner, name)),
    ...Object.keys(devDependencies).filter((name) => isOurs(name) && !mayTestWith(owner, name)),
  ];
  return forbidden.map((name) => `${owner.directory}/package.json: must not depend on ${name}`);
}

interface Surroundings extends Workspace {
  owner: WorkspacePackage;
}

function checkFile(file: SourceFile, { owner, packages, root }: Surroundings): string[] {
  const where = `${owner.directory}/${file.path}`;
  const found: string[] = [];
  if (file.readsEnvironment && !mayReadEnvironment(owner, file))
    found.push(`${where}: reads process.env outside of an env.ts`);

  for (const { specifier, typeOnly } of file.imports) {
    if (specifier.startsWith('.') && leaves(file.path, specifier))
      found.push(`${where}: reaches out of its package by ${specifier}`);
    const name = packageOf(specifier);
    if (name === undefined || name === owner.name) continue;
    if (!isDeclared(name, { file, owner, root, typeOnly }))
      found.push(`${where}: imports ${name}, which its package.json does not declare`);
    const isAllowed = isTest(file) ? mayTestWith(owner, name) : mayDependOn(owner, name);
    if (packages.some((other) => other.name === name) && !isAllowed)
      found.push(`${where}: must not import ${name}`);
    if (DATABASE_LIBRARIES.test(name) && !mayUseDatabase(owner, file))
      found.push(`${where}: imports ${name} outside of packages/db`);
    if (owner.directory === 'packages/client' && !typeOnly && !isTest(file) && isOfServer(specifier)) {
      found.push(`${where}: imports ${name} other than by "import type"`);
    }
  }
  return found;
}

/** What would pull the server into an agent. tRPC keeps the words of its links (observables) in a server package. */
function isOfServer(specifier: string): boolean {
  return /^@(stepledger\/api|trpc\/server)(\/|$)/.test(specifier) && specifier !== '@trpc/server/observable';
}

function mayDependOn(owner: WorkspacePackage, name: string): boolean {
  const allowed =
    ALLOWED_EDGES[owner.directory] ?? ALLOWED_EDGES[owner.directory.replace(/\/.*/, '/*')] ?? [];
  return allowed.includes('*') || allowed.includes(name.replace(/^@stepledger\//, ''));
}

/** The tests of an example may have a server and a database of their own; below packages/testing it would be a circle. */
function mayTestWith(owner: WorkspacePackage, name: string): boolean {
  const isExample = owner.directory.startsWith('examples/');
  return mayDependOn(owner, name) || (isExample && name === '@stepledger/testing');
}

function isDeclared(
  name: string,
  use: { file: SourceFile; owner: WorkspacePackage; root: Manifest; typeOnly: boolean },
): boolean {
  const { file, owner, root, typeOnly } = use;
  if (name in shipped(owner.manifest)) return true;
  const isOfDevelopment = isForTests(owner) || isTest(file) || isTool(file);
  const isBuiltIn = SELF_CONTAINED.includes(owner.directory);
  const { devDependencies = {} } = owner.manifest;
  if ((isOfDevelopment || isBuiltIn || typeOnly) && name in devDependencies) return true;
  // Some modules are types alone, and come as a package of types.
  if (typeOnly && `@types/${name}` in devDependencies) return true;
  return isOfDevelopment && name in (root.devDependencies ?? {});
}

function shipped({ dependencies, optionalDependencies, peerDependencies }: Manifest): Record<string, string> {
  return { ...dependencies, ...optionalDependencies, ...peerDependencies };
}

function mayUseDatabase(owner: WorkspacePackage, file: SourceFile): boolean {
  return owner.directory === 'packages/db' || isForTests(owner) || isTest(file);
}

function mayReadEnvironment(owner: WorkspacePackage, file: SourceFile): boolean {
  // A program's first file hands the environment to its env.ts.
  return (
    isForTests(owner) ||
    owner.directory === 'scripts' ||
    isTest(file) ||
    isTool(file) ||
    /(^|\/)(env|src\/main)\.ts$/.test(file.path)
  );
}

function isForTests({ directory }: WorkspacePackage): boolean {
  return ['tests', 'bench', 'packages/testing'].includes(directory);
}

function isTest({ path: file }: SourceFile): boolean {
  return /\.(test|int\.test|test-d)\.tsx?$/.test(file) || file.startsWith('test/');
}

/** A script or the configuration of a tool: not part of what the package gives to others. */
function isTool({ path: file }: SourceFile): boolean {
  return /^[^/]+\.config\.[cm]?[jt]s$/.test(file) || file.startsWith('scripts/');
}

function leaves(file: string, specifier: string): boolean {
  return path.posix.join(path.posix.dirname(file), specifier).startsWith('..');
}
