import { defineConfig } from 'tsdown';

// The packages of this workspace become one file of JavaScript, since Node strips no types inside node_modules;
// what comes from npm stays in node_modules, where PostgreSQL's binaries have to lie anyway.
export default defineConfig({
  entry: ['src/main.ts'],
  platform: 'node',
  target: 'node22.18',
  dts: false,
  fixedExtension: false,
  sourcemap: true,
  deps: { neverBundle: true, alwaysBundle: [/^@stepledger\//] },
});
