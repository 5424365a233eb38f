/** What a run of the tests takes from its environment. */
export interface TestEnv {
  /** A PostgreSQL to use in place of a throw-away one; its role must be allowed to make databases. */
  databaseUrl: string | undefined;
  /** The directory of `postgres` and `initdb` for the throw-away one, such as Debian's 15. */
  postgresBin: string | undefined;
  /** Leaves the throw-away PostgreSQL's data in place after the run, for a look at what a failed test left. */
  keep: boolean;
  /** Where the recorded runs are, if not in `../shared/data`. */
  dataDir: string | undefined;
  /** The browser of the tests, if not Debian's Chromium. */
  chromium: string | undefined;
}

export function loadTestEnv(variables: Record<string, string | undefined> = process.env): TestEnv {
  const read = (name: string) => variables[name] || undefined;
  return {
    databaseUrl: read('TEST_DATABASE_URL'),
    postgresBin: read('STEPLEDGER_TEST_POSTGRES_BIN'),
    keep: read('STEPLEDGER_TEST_KEEP') !== undefined,
    dataDir: read('STEPLEDGER_DATA'),
    chromium: read('STEPLEDGER_TEST_CHROMIUM'),
  };
}
