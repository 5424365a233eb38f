import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where `pnpm dev` of this package finds a server. */
const SERVER = 'http://127.0.0.1:4400';

/** This library decodes by a page's elements in browsers. A worker has none, and needs the build that has a table. */
const withoutPage: Plugin = {
  name: 'without-page',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (source !== 'decode-named-character-reference') return null;
    const found = await this.resolve(source, importer, { skipSelf: true });
    return found && { ...found, id: found.id.replace(/index\.dom\.js$/, 'index.js') };
  },
};

export default defineConfig({
  plugins: [react(), tailwindcss()],
  worker: { plugins: () => [withoutPage] },
  // The server puts a fresh nonce in its place with every page.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: Object.fromEntries(['/trpc', '/raw', '/healthz', '/readyz'].map((path) => [path, SERVER])),
  },
});
