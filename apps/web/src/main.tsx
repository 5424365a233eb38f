import { sayLastWords } from './app/start/last-words.ts';
import './app/start/strict-policy.ts';

// All else comes after it, as it decides how the modules of others are read. Chunks that are shared run before what
// imports them, so a second import of this file would be too early.
try {
  const { start } = await import('./app/start/start.tsx');
  await start();
} catch (error) {
  sayLastWords(error);
}
