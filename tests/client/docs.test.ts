import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ERRORS } from '@stepledger/contract';
import { expect, test } from 'vitest';

const workspace = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** What the guide's examples take for granted from one to the next. */
const GIVEN: Record<string, string> = {
  ledger: "import('@stepledger/client').Stepledger",
  run: "import('@stepledger/client').RunHandle",
  design: "import('@stepledger/client').StepHandle",
  doc: "import('@stepledger/client').DocumentHandle",
  requirement: "import('@stepledger/client').DocumentHandle",
  askLlm: '(prompt: string) => Promise<string>',
  extractDesign: '(response: string) => string',
};

/** Declares what an example uses and does not make itself. */
function withGiven(example: string): string {
  const needed = Object.entries(GIVEN).filter(
    ([name]) =>
      new RegExp(`\\b${name}\\b`).test(example) && !new RegExp(`(?:const|using) ${name} =`).test(example),
  );
  return `${example}\n${needed.map(([name, type]) => `declare const ${name}: ${type};`).join('\n')}\nexport {};\n`;
}

async function loadGuide(): Promise<string> {
  return readFile(join(workspace, 'docs/client.md'), 'utf8');
}

test("every example of the client's guide compiles under strict", async () => {
  const examples = [...(await loadGuide()).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
  expect(examples.length).toBeGreaterThan(8);
  const dir = await mkdtemp(join(tmpdir(), 'stepledger-docs-'));
  try {
    // The examples find packages where the tests do.
    await symlink(join(workspace, 'tests/node_modules'), join(dir, 'node_modules'));
    for (const [index, code] of examples.entries()) {
      await writeFile(join(dir, `example-${index + 1}.ts`), withGiven(code));
    }
    await writeFile(join(dir, 'package.json'), '{ "type": "module" }');
    const compilerOptions = {
      noEmit: true,

      typeRoots: [join(workspace, 'node_modules/@types')],
      noUnusedLocals: false,
      rewriteRelativeImportExtensions: false,
      allowImportingTsExtensions: true,
    };
    const config = { extends: join(workspace, 'tsconfig.base.json'), compilerOptions, include: ['*.ts'] };
    await writeFile(join(dir, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(workspace, 'node_modules/typescript/bin/tsc');
    const said = await run(process.execPath, [tsc, '-p', dir, '--pretty', 'false'], { cwd: dir }).catch(
      (failure: { stdout: string }) => failure,
    );
    expect(said.stdout).toBe('');
  } finally {
    await rm(dir, { recursive: true });
  }
}, 120_000);

test('the guide names every code of the server', async () => {
  const guide = await loadGuide();
  for (const code of Object.keys(ERRORS))
    expect(guide).toMatch(new RegExp(`^\\|[A-Z_, ]*\\b${code}\\b`, 'm'));
});
