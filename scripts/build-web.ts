/** Builds the web UI into apps/web/dist, unless what lies there is of the sources as they are. */
import { ensureWebBuilt } from './web/build.ts';

try {
  await ensureWebBuilt((line) => process.stderr.write(`${line}\n`));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
