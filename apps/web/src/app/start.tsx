import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { sayLastWords } from '../lib/last-words.ts';
import { applyStoredTheme } from '../lib/theme.ts';
import { App } from './app.tsx';
import '../styles.css';

/** Draws the app into its page. */
export function start(): void {
  applyStoredTheme();
  // Libraries that bring styles of their own may only do so with the nonce of this page.
  const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce;
  if (nonce) setNonce(nonce);

  const root = document.getElementById('root');
  if (root === null) throw new Error('The page has no root');
  const onUncaughtError = (error: unknown) => {
    sayLastWords(error);
    reportError(error);
  };
  createRoot(root, { onUncaughtError }).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
