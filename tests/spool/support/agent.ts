/**
 * A process with a spool, for tests that kill it.
 *
 * `append` appends calls until it is killed and prints the number of each once it is kept. `deliver` delivers what is
 * there and prints `agent:number` of each call; after `most` of them it waits to be killed. `hold` appends one call
 * and waits.
 */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { openFileSpool } from '@stepledger/client/links';
import { callOf, IDENTITY } from './calls.ts';

export interface AgentOptions {
  mode: 'append' | 'deliver' | 'hold';
  directory: string;
  agent: string;
  most?: number;
  /** Waits until there is such a file. */
  start?: string;
}

const options = JSON.parse(process.argv[2] ?? '') as AgentOptions;
const { mode, directory, agent, most = Number.POSITIVE_INFINITY, start } = options;
const print = (line: string) => process.stdout.write(`${line}\n`);
const wait = () => sleep(600_000);
const spool = openFileSpool({ directory, identity: IDENTITY });

if (start !== undefined) print('ready');
while (start !== undefined && !existsSync(start)) await sleep(1);

if (mode === 'deliver') {
  let sent = 0;
  const delivery = await spool.deliver(async (call) => {
    const { agent: from, number } = call.input;
    const isExact = isDeepStrictEqual(call, callOf(String(from), Number(number)));
    print(isExact ? `${from}:${number}` : `spoilt ${from}:${number}`);
    sent += 1;
    if (sent >= most) await wait();
    return 'delivered';
  });
  await spool.close();
  print(`delivered ${delivery.delivered}, pending ${delivery.pending}, rejected ${delivery.rejected.length}`);
} else {
  for (let number = 1; ; number++) {
    await spool.append(callOf(agent, number));
    print(`${number}`);
    if (mode === 'hold') await wait();
  }
}
