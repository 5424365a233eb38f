import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/links.ts', 'src/liquid.ts'],
  platform: 'neutral',
  target: 'es2022',
  tsconfig: 'tsconfig.build.json',
  dts: true,
  sourcemap: true,
  // The declarations of api name it, and nothing of that part is kept.
  deps: { neverBundle: ['zod', 'liquidjs'] },
});
