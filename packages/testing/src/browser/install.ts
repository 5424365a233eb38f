/** Has the browser of the tests there before they begin: installing it takes longer than a test may. */
import { requireChromium } from './chromium.ts';

try {
  process.stdout.write(`${await requireChromium()}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
