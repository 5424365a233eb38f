import { loadTestEnv } from '../env.ts';
import { requireTool } from '../system-tools.ts';

/**
 * Answers where Debian's Chromium is, and installs it first where that needs nobody's leave; fails and says how to get
 * it elsewhere. STEPLEDGER_TEST_CHROMIUM names another one, such as a Chrome.
 */
export async function requireChromium(): Promise<string> {
  return loadTestEnv().chromium ?? (await requireTool({ name: 'chromium', aptPackage: 'chromium' }));
}
