import { type Browser, chromium } from 'playwright-core';
import { loadTestEnv } from '../env.ts';
import { requireTool } from '../system-tools.ts';

/**
 * Answers where Debian's Chromium is, and installs it first where that needs nobody's leave; fails and says how to get
 * it elsewhere. STEPLEDGER_TEST_CHROMIUM names another one, such as a Chrome.
 */
export async function requireChromium(): Promise<string> {
  return loadTestEnv().chromium ?? (await requireTool({ name: 'chromium', aptPackage: 'chromium' }));
}

/** Nothing but what is asked for: no graphics card, no calls home. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a headless Chromium with a profile of its own; installs it where it is missing and may be installed. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await requireChromium(), headless: true, args: FLAGS });
}
