/** The version of this code, which `system.version` answers; a test compares it with package.json. */
export const STEPLEDGER_VERSION = '0.1.0';
