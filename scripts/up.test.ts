import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const scripts = import.meta.dirname;

/** A checkout with the set-up script, its packages "installed", and a pnpm that runs scripts. */
function temporaryCheckout({ node = '>=26 || ^24.0.0 || ^22.0.0', pnpm = '12.21.0' } = {}) {
  const root = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'stepledger up ')), 'check out');
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  fs.mkdirSync(path.join(root, 'bin'), { recursive: true });
  fs.chmodSync(path.dirname(root), 0o700);
  fs.cpSync(path.join(scripts, 'up'), path.join(root, 'scripts', 'up'), { recursive: true });
  fs.cpSync(path.join(scripts, 'up.mjs'), path.join(root, 'scripts', 'up.mjs'));
  const manifest = {
    type: 'module',
    scripts: { dev: 'node dev.mjs', start: 'node scripts/up.mjs dev' },
    engines: { node },
    devEngines: { packageManager: { version: '^12.0.0' } },
  };
  fs.writeFileSync(path.join(root, 'package.json'), JSON.stringify(manifest));
  fs.writeFileSync(path.join(root, 'pnpm-lock.yaml'), '');
  fs.writeFileSync(path.join(root, 'pnpm-workspace.yaml'), '');
  // Stands in for pnpm: notes each call, makes node_modules, and runs the script as pnpm would.
  fs.writeFileSync(
    path.join(root, 'bin', 'pnpm'),
    `#!/bin/sh
case "$1" in
  --version) echo ${pnpm} ;;
  install) echo "$@" >> calls; env | grep -i ^npm_ >> calls; mkdir -p node_modules ;;
  --silent) shift 3; exec node dev.mjs "$@" ;;
esac
`,
    { mode: 0o755 },
  );
  const env = {
    PATH: [path.join(root, 'bin'), path.dirname(process.execPath), '/usr/bin', '/bin'].join(path.delimiter),
    HOME: root,
    npm_package_name: 'leak',
    npm_config_userconfig: '/none',
  };
  return { root, env, script: path.join(root, 'scripts', 'up.mjs') };
}

function up({ env, script }: ReturnType<typeof temporaryCheckout>, args: string[]) {
  return spawnSync(process.execPath, [script, ...args], { cwd: os.tmpdir(), env, encoding: 'utf8' });
}

test('it installs once, runs the script with its arguments in the checkout, and passes the exit code on', () => {
  const checkout = temporaryCheckout();
  fs.writeFileSync(
    path.join(checkout.root, 'dev.mjs'),
    'console.log(JSON.stringify([process.cwd(), process.argv.slice(2)])); process.exit(7);',
  );

  const cold = up(checkout, ['dev', '--port', 'a b']);
  expect(cold.stdout).toBe(`${JSON.stringify([fs.realpathSync(checkout.root), ['--port', 'a b']])}\n`);
  expect(cold.stderr).toBe('[set-up] Installing packages (pnpm install --frozen-lockfile) ...\n');
  expect(cold.status).toBe(7);

  const warm = up(checkout, ['dev']);
  expect(warm.stderr).toBe('');
  expect(warm.status).toBe(7);
  expect(fs.readFileSync(path.join(checkout.root, 'calls'), 'utf8')).toBe(
    'install --frozen-lockfile --config.confirm-modules-purge=false\nnpm_config_userconfig=/none\n',
  );
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'it passes %s on and waits for the script to end',
  async (signal) => {
    const checkout = temporaryCheckout();
    fs.writeFileSync(
      path.join(checkout.root, 'dev.mjs'),
      `process.on('${signal}', () => setTimeout(() => { console.log('cleaned up'); process.exit(5); }, 300));
     setInterval(() => {}, 1000); console.log('ready');`,
    );
    const child = spawn(process.execPath, [checkout.script, 'dev'], {
      env: checkout.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output === 'ready\n') child.kill(signal);
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(output).toBe('ready\ncleaned up\n');
    expect(code).toBe(5);
  },
);

test('where nothing fits and npm reaches no registry, one line says what to install', () => {
  const checkout = temporaryCheckout({ node: '>=999' });
  stubNpm(checkout.root, 'echo "npm error code ECONNREFUSED" >&2; exit 1');
  const { status, stderr } = up(checkout, ['dev']);
  const [doing, problem, ...rest] = stderr.trimEnd().split('\n');
  expect(doing).toContain('Fetching Node 24.21.0 into .toolchain');
  expect(problem).toBe(
    `Node >=999 is needed, and npm could not fetch node-${process.platform}-${process.arch}@24.21.0 ` +
      '(code ECONNREFUSED): install Node 24 from https://nodejs.org, then try again.',
  );
  expect(rest).toEqual([]);
  expect(status).toBe(1);
  expect(fs.readdirSync(path.join(checkout.root, '.toolchain'))).toEqual([]);
});

test('a pnpm of another major version is not used, one of the right version is fetched once', () => {
  const checkout = temporaryCheckout({ pnpm: '9.15.0' });
  fs.writeFileSync(path.join(checkout.root, 'dev.mjs'), 'console.log("ran");');
  stubNpm(checkout.root, fetchesPnpm);

  expect(up(checkout, ['dev'])).toMatchObject({ status: 0, stdout: 'ran\n' });
  expect(up(checkout, ['dev'])).toMatchObject({ status: 0, stdout: 'ran\n', stderr: '' });

  const fetches = fs.readFileSync(path.join(checkout.root, 'npm-calls'), 'utf8').trim().split('\n');
  expect(fetches).toEqual([expect.stringMatching(/^install .*--ignore-scripts.* pnpm@12\.21\.0$/)]);
});

test('what an interrupted or damaged fetch left behind is replaced', () => {
  const checkout = temporaryCheckout({ pnpm: '9.15.0' });
  fs.writeFileSync(path.join(checkout.root, 'dev.mjs'), 'console.log("ran");');
  stubNpm(checkout.root, fetchesPnpm);
  const toolchain = path.join(checkout.root, '.toolchain');
  const name = `pnpm-12.21.0-${process.platform}-${process.arch}`;
  for (const directory of [`${name}/node_modules/pnpm`, 'unfinished-1/node_modules/pnpm']) {
    fs.mkdirSync(path.join(toolchain, directory), { recursive: true });
    fs.writeFileSync(path.join(toolchain, directory, 'pnpm'), 'half a program', { mode: 0o755 });
  }

  expect(up(checkout, ['dev'])).toMatchObject({ status: 0, stdout: 'ran\n' });
  expect(fs.readdirSync(toolchain)).toEqual([name]);
});

test('--help explains it, and a wrong name lists the scripts', () => {
  const checkout = temporaryCheckout();
  expect(up(checkout, ['--help'])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Scripts: dev'),
  });
  expect(up(checkout, ['deb'])).toMatchObject({
    status: 2,
    stderr: 'There is no script "deb". There are: dev\n',
  });
  expect(up(checkout, [])).toMatchObject({ status: 2, stdout: expect.stringContaining('Usage:') });
});

/** Puts a program in the place of npm, so that a test depends on no registry. */
function stubNpm(root: string, body: string) {
  fs.writeFileSync(path.join(root, 'bin', 'npm'), `#!/bin/sh\necho "$@" >> "$HOME/npm-calls"\n${body}\n`, {
    mode: 0o755,
  });
}

/** Installs a pnpm that only works after its own script ran, as the real one. */
const fetchesPnpm = `mkdir -p node_modules/pnpm && cd node_modules/pnpm
sed 's/9.15.0/12.21.0/' "$HOME/bin/pnpm" > real
echo 'const fs = require("node:fs"); fs.copyFileSync(__dirname + "/real", __dirname + "/pnpm"); fs.chmodSync(__dirname + "/pnpm", 0o755);' > install.js`;
