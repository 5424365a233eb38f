import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { DataDirLayout } from './data-dir.ts';
import type { RunAs } from './run-as.ts';
import type { Endpoint } from './settings.ts';
import { openSocketDir, removeSocketDir } from './socket-dir.ts';

/** Prepares where the server will listen: a private socket directory, or on Windows a free loopback port. */
export async function openEndpoint(layout: DataDirLayout, runAs: RunAs): Promise<Endpoint> {
  if (process.platform !== 'win32') return { socketDir: await openSocketDir(layout.dataDir, runAs) };
  return { port: await findFreePort(), password: (await readFile(layout.passwordFile, 'utf8')).trim() };
}

export async function closeEndpoint(endpoint: Endpoint): Promise<void> {
  if ('socketDir' in endpoint) await removeSocketDir(endpoint.socketDir);
}

/** Another program may take the port before PostgreSQL does; that start then fails, and the next may succeed. */
async function findFreePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('The system named no free port.'));
      });
    });
  });
}
