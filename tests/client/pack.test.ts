import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestServer } from './support/test-server.ts';

const workspace = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** Each under a name of its own, in one installation. */
const COMPILERS = { '5.9': 'typescript-5.9', '6': 'typescript-6', '7': 'typescript' } as const;
type Compiler = keyof typeof COMPILERS;

/** An empty project outside the workspace, with the packed client and three compilers installed. */
let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'stepledger-pack-'));
  for (const name of ['contract', 'client']) {
    await run('pnpm', ['pack', '--pack-destination', project], { cwd: join(workspace, 'packages', name) });
  }
  const tarballs = (await readdir(project)).filter((name) => name.endsWith('.tgz'));
  await writeFile(
    join(project, 'package.json'),
    JSON.stringify({ name: 'agent', private: true, type: 'module' }),
  );
  await cp(join(import.meta.dirname, 'pack/agent.test-d.ts'), join(project, 'src/agent.ts'));
  await run(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      ...tarballs.map((name) => `./${name}`),
      'typescript-5.9@npm:typescript@5.9',
      'typescript-6@npm:typescript@6.0',
      'typescript@7.0',
      '@types/node@24',
    ],
    { cwd: project },
  );
}, 300_000);

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

/** Compiles without output; answers what the compiler said. */
async function compile(compiler: Compiler, name: string, options: object): Promise<string> {
  const config = join(project, `tsconfig.${name}.json`);
  const compilerOptions = { target: 'es2022', strict: true, noEmit: true, types: [], ...options };
  await writeFile(config, JSON.stringify({ compilerOptions, include: ['src'] }));
  const tsc = join(project, 'node_modules', COMPILERS[compiler], 'bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', config, '--pretty', 'false'], {
    cwd: project,
  }).catch((failure: { stdout: string; stderr: string }) => {
    if (failure.stdout === '') throw failure;
    return failure;
  });
  return stdout;
}

const DOM = { lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable', 'esnext.disposable'] };
const NODENEXT = { module: 'nodenext', moduleResolution: 'nodenext' };
const BUNDLER = { module: 'esnext', moduleResolution: 'bundler' };
/** Checks the declarations of every package; those of the language itself would only cost time. */
const CHECK_LIBRARIES = { skipLibCheck: false, skipDefaultLibCheck: true };
const SKIP_LIBRARIES = { skipLibCheck: true };

test.each([
  ['5.9', 'nodenext', { ...NODENEXT, ...CHECK_LIBRARIES }],
  ['5.9', 'bundler', { ...BUNDLER, ...SKIP_LIBRARIES }],
  ['6', 'nodenext', { ...NODENEXT, ...CHECK_LIBRARIES }],
  ['6', 'bundler', { ...BUNDLER, ...SKIP_LIBRARIES }],
  ['7', 'nodenext', { ...NODENEXT, ...CHECK_LIBRARIES }],
  ['7', 'bundler', { ...BUNDLER, ...CHECK_LIBRARIES }],
] as const)(
  'an agent compiles against the packed client with TypeScript %s and %s',
  async (compiler, name, options) => {
    expect(await compile(compiler, `${compiler}-${name}`, { ...DOM, ...options })).toBe('');
  },
  120_000,
);

test('without the DOM library, and with every package checked, our declarations still hold', async () => {
  const node = { lib: ['es2022', 'esnext.disposable'], types: ['node'], ...NODENEXT };
  const said = await compile('7', 'no-dom', { ...node, ...CHECK_LIBRARIES });

  // tRPC's own do not hold there, which is theirs to mend; with `skipLibCheck`, the usual setting, all do.
  const faults = said.split('\n').filter((line) => /error TS\d+/.test(line));
  expect(faults.filter((line) => !line.startsWith('node_modules/@trpc/'))).toEqual([]);
  expect(await compile('7', 'no-dom-skip', { ...node, ...SKIP_LIBRARIES })).toBe('');
}, 120_000);

test('a wrong field name does not compile', async () => {
  const dir = join(project, 'src/wrong');
  await mkdir(dir);
  await writeFile(
    join(dir, 'wrong.ts'),
    `import { createStepledger } from '@stepledger/client';
     const ledger = createStepledger({ url: 'http://localhost' });
     await ledger.documents.list({ runID: 'x' });\n`,
  );

  const said = await compile('7', 'wrong', { ...DOM, ...NODENEXT, ...SKIP_LIBRARIES });
  await rm(dir, { recursive: true });

  expect(said).toMatch(/wrong\.ts\(3,\d+\): error TS2561.*runID.*runId/s);
}, 120_000);

test('what is installed is the client, its contract, tRPC, zod and small libraries: no ORM, no driver, no server', async () => {
  const lock: unknown = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8'));
  const installed = Object.keys((lock as { packages: Record<string, unknown> }).packages)
    .map((path) => path.replace(/^.*node_modules\//, ''))
    .filter((name) => name !== '' && !/typescript|^@types\/|^undici-types$/.test(name));

  expect(installed.sort()).toEqual([
    '@noble/hashes',
    '@stepledger/client',
    '@stepledger/contract',
    '@trpc/client',
    '@trpc/server',
    'diff',
    'eventsource-parser',
    'safe-stable-stringify',
    'uuid',
    'zod',
  ]);
});

test('the package holds its build, its licence and nothing else, and asks for no package of ours but the contract', async () => {
  const root = join(project, 'node_modules/@stepledger/client');
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

  expect((await readdir(root)).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
  expect(Object.keys(manifest.dependencies)).toEqual([
    '@noble/hashes',
    '@stepledger/contract',
    '@trpc/client',
    '@trpc/server',
    'diff',
    'eventsource-parser',
    'safe-stable-stringify',
    'uuid',
  ]);
  const built = await readdir(join(root, 'dist'));
  for (const name of built.filter((file) => /\.(?:js|d\.ts)$/.test(file))) {
    const text = await readFile(join(root, 'dist', name), 'utf8');
    expect(text, name).not.toMatch(/@stepledger\/(?!contract|client)[a-z]+['"]|mikro-orm|from ["']node:/);
  }
});

test('the packed client runs', async () => {
  await using server = await openTestServer();
  const call = (url: string) => run(process.execPath, ['src/agent.ts', url], { cwd: project });

  expect((await call(server.url)).stdout).toBe('got: {"echo":{"key":"todo-app"}}');
  expect((await call('http://127.0.0.1:1')).stdout).toBe('failed: UNREACHABLE');
}, 60_000);

test("checking the client's types loads nothing of the ORM", async () => {
  const tsc = join(workspace, 'node_modules/typescript/bin/tsc');
  const client = join(workspace, 'packages/client');
  const { stdout } = await run(process.execPath, [tsc, '-p', client, '--noEmit', '--listFiles'], {
    maxBuffer: 64 * 1024 * 1024,
  });

  expect(stdout).toMatch(/packages\/api\/src\/app\.router\.ts/);
  expect(stdout).not.toMatch(/mikro-orm|packages\/db\/|node_modules\/pg\//);
}, 60_000);
