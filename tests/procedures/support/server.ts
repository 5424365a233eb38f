import { createLog } from '@stepledger/server';
import { startTestServer, type TestServerOptions } from '@stepledger/testing';
import { type Api, createApi } from './api.ts';
import { openRows, type Rows } from './rows.ts';

/** A server with a database of its own, a caller who may do everything, and a look past both. */
export interface ProcedureServer extends AsyncDisposable {
  readonly operator: Api;
  readonly rows: Rows;
  readonly databaseUrl: string;
  /** All that the server has logged so far, down to the least level. */
  log(): string;
  close(): Promise<void>;
}

export async function startProcedureServer(options: TestServerOptions = {}): Promise<ProcedureServer> {
  const lines: string[] = [];
  const logger = createLog('trace', { write: (line: string) => void lines.push(line) });
  const server = await startTestServer({ logger, ...options });
  const rows = await openRows(server.databaseUrl);
  const close = async () => {
    await rows[Symbol.asyncDispose]();
    await server.close();
  };
  return {
    operator: createApi(server.url),
    rows,
    databaseUrl: server.databaseUrl,
    log: () => lines.join(''),
    close,
    [Symbol.asyncDispose]: close,
  };
}
