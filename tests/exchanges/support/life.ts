import type { Stepledger } from '@stepledger/client';
import type { Tables } from '../../ledger/support/database.ts';

export const messages = [{ role: 'user', content: 'rendered' }];

export const toBase64 = (bytes: string | Uint8Array) => ({ base64: Buffer.from(bytes).toString('base64') });

/** Opens an exchange in a run of its own, or in the one given. */
export async function openIn(
  ledger: Stepledger,
  { runId, key = '', ...more }: { runId: string; key?: string; leaseSeconds?: number; memoKey?: string },
): Promise<string> {
  const step = { name: 'code_step', key };
  return (await ledger.exchanges.open({ runId, step, messages, ...more })).exchangeId;
}

/** Lets the lease of an open exchange run out: its writer is silent from now on. */
export async function lapse(tables: Tables, exchangeId: string): Promise<void> {
  await tables.query(`UPDATE exchange SET lease_until = now() - interval '1 s' WHERE id = $1`, [exchangeId]);
}

/** The bytes of an exchange's response, or of an attempt's. */
export async function readBlob(
  ledger: Stepledger,
  blob: { id: string } | null | undefined,
): Promise<Buffer | null> {
  return blob ? Buffer.from(await ledger.blobs.get(blob.id)) : null;
}

/** All that has arrived of an open exchange, page by page. */
export async function readReceived(ledger: Stepledger, exchangeId: string): Promise<Buffer> {
  const pages: Buffer[] = [];
  for (let offset = 0; ; ) {
    const page = await ledger.exchanges.received({ exchangeId, offset });
    const bytes = Buffer.from(page.bytes.base64, 'base64');
    pages.push(bytes);
    offset += bytes.length;
    if (offset >= page.size) return Buffer.concat(pages);
    if (bytes.length === 0) throw new Error(`Nothing at ${offset} of ${page.size} bytes`);
  }
}
