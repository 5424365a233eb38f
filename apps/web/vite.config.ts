import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `pnpm dev` of this package finds a server. */
const SERVER = 'http://127.0.0.1:4400';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // The server puts a fresh nonce in its place with every page.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // As the sources say: the first import of main.tsx has to run before all others, also when chunks are shared.
    rolldownOptions: { output: { strictExecutionOrder: true } },
  },
  server: {
    proxy: Object.fromEntries(['/trpc', '/raw', '/healthz', '/readyz'].map((path) => [path, SERVER])),
  },
});
