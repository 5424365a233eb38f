/** What the tests of a run share: a server, and a migrated database to copy. */
export interface SharedPostgres {
  /** A URL of a database that is always there, for making others. */
  adminUrl: string;
  /** The migrated database; nobody connects to it, as a copy needs it at rest. */
  template: string;
  /** Begins the names of this run's databases. */
  prefix: string;
  /** Whether the server outlives the run, so that a database that is kept can be looked at. */
  outlives: boolean;
}

declare module 'vitest' {
  export interface ProvidedContext {
    stepledgerPostgres: SharedPostgres;
  }
}
