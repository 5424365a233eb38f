import type { IncomingMessage, ServerResponse } from 'node:http';
import { API_VERSION } from '@stepledger/contract';
import { acceptsHtml } from '../web/web.route.ts';
import { sendJson } from './answers.ts';
import type { Doors } from './doors.ts';

/** Tells who asked by curl or a program, or opened a server without the web UI, that this is the right place. */
export function welcome(req: IncomingMessage, res: ServerResponse, { version, webDir }: Doors): void {
  if (req.headers.accept?.includes('application/json')) {
    sendJson(res, 200, { name: 'stepledger', version, api: API_VERSION, trpc: '/trpc', raw: '/raw' });
    return;
  }
  res.setHeader('content-type', 'text/plain; charset=utf-8');
  res.end(
    [
      `Stepledger ${version}, the database of record for AI coding agents.`,
      '',
      'The API is tRPC at /trpc; agents call it through @stepledger/client:',
      '',
      `  const ledger = createStepledger({ url: 'http://${req.headers.host ?? 'localhost'}' });`,
      '',
      'Bytes: PUT /raw and GET /raw/{blob}. Health: /healthz and /readyz.',
      ...(webDir === null && acceptsHtml(req)
        ? ['', 'This server has no web UI; docs/server.md says how to build it.']
        : []),
      '',
    ].join('\n'),
  );
}
