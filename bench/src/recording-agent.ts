/** One large answer, recorded or not: prints how long it took and the most memory that this process had. */
import { createStepledger } from '@stepledger/client';

const [url = '', llmUrl = '', kind = ''] = process.argv.slice(2);
const ledger = createStepledger({ url, spool: false });
const step = (await ledger.run({ key: 'bench' })).step('large_step');
const before = process.resourceUsage().maxRSS;
const began = performance.now();
const response = await (kind === 'fetch' ? fetch : step.fetch)(`${llmUrl}/v1/chat/completions`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: 'Go on.' }], stream: true }),
});
let bytes = 0;
for await (const chunk of response.body ?? []) bytes += chunk.length;
const seconds = ((performance.now() - began) / 1000).toFixed(1);
await ledger.flush();
const flushed = ((performance.now() - began) / 1000).toFixed(1);
const peak = process.resourceUsage().maxRSS;
console.log(
  `${(bytes / 2 ** 20).toFixed(1)} MiB in ${seconds} s, stored after ${flushed} s, ` +
    `memory ${Math.round(before / 1024)} -> ${Math.round(peak / 1024)} MiB`,
);
