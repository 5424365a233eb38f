/** Environment variables by their names, as in `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What a command line says of a server; each stands for an environment variable. */
export interface ServeFlags {
  host?: string;
  port?: string;
  dataDir?: string;
}

/** The environment with what was said on the command line, which goes before it. */
export function withFlags(variables: Variables, { host, port, dataDir }: ServeFlags): Variables {
  return {
    ...variables,
    ...(host !== undefined && { HOST: host }),
    ...(port !== undefined && { PORT: port }),
    ...(dataDir !== undefined && { STEPLEDGER_DATA_DIR: dataDir }),
  };
}
