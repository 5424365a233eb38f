// Makes calls of LLMs by fetch, all at once, as told by its argument; prints a line of JSON for each.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

async function ask({ variable, path, hex, headers, method = hex === undefined ? 'GET' : 'POST', leaves }) {
  const leaving = new AbortController();
  const response = await fetch(process.env[variable] + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: hex === undefined ? undefined : Buffer.from(hex, 'hex'),
    signal: leaving.signal,
  });
  const { status } = response;
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    hash.update(chunk);
    bytes += chunk.length;
    if (leaves === undefined || bytes < leaves) continue;
    leaving.abort();
    return { status, bytes };
  }
  return { status, headers: Object.fromEntries(response.headers), bytes, sha256: hash.digest('hex') };
}

const { calls, exit = 0 } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const told = await Promise.all(calls.map((call) => ask(call).catch((error) => ({ error: error.name }))));
for (const line of told) process.stdout.write(`${JSON.stringify(line)}\n`);
process.exitCode = exit;
