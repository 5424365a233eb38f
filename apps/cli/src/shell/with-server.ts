import { CliError } from './cli-error.ts';

type ServerModule = typeof import('@stepledger/server');

/**
 * Works with the server's own code, which is only loaded here: most commands are clients and start in half the time
 * without it. What keeps a server or its database from starting is explained to the person at the terminal.
 */
export async function withServer<Result>(work: (server: ServerModule) => Promise<Result>): Promise<Result> {
  const server = await import('@stepledger/server');
  try {
    return await work(server);
  } catch (error) {
    const explanation = server.explainStart(error);
    if (explanation === null) throw error;
    const [message = '', ...hint] = explanation.split('\n');
    throw new CliError(message, { cause: error, ...(hint.length > 0 && { hint: hint.join('\n') }) });
  }
}
