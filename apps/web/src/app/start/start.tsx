import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '../app.tsx';
import { router } from '../router.ts';
import { applyStoredTheme } from '../theme/theme.ts';
import { sayLastWords } from './last-words.ts';
import '../../styles.css';

/**
 * How long the first drawing waits for the code of its page. Without it React shows that the page is loading, and that
 * for at least 300 ms, whatever has come meanwhile.
 */
const PAGE_CODE_MS = 500;

/** Draws the app into its page. */
export async function start(): Promise<void> {
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
  await Promise.race([router.load(), new Promise((resolve) => setTimeout(resolve, PAGE_CODE_MS))]);
  createRoot(root, { onUncaughtError }).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
