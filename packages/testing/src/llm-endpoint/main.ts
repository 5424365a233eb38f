// A program of its own, for tests that kill the agent: it prints its address, takes its behaviours out of a JSON file
// and logs into another.
import { appendFileSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Behaviour } from './behaviour.ts';
import { startLlmEndpoint } from './llm-endpoint.ts';
import { toLogLine } from './log.ts';

const { values } = parseArgs({ options: { log: { type: 'string' }, behaviours: { type: 'string' } } });
const { log } = values;
const behaviours =
  values.behaviours === undefined
    ? [{}]
    : (JSON.parse(readFileSync(values.behaviours, 'utf8')) as Behaviour[]);

const endpoint = await startLlmEndpoint({
  behave: ({ number }) => behaviours[(number - 1) % behaviours.length] ?? {},
  // At once, so that the log knows of a request before its client has an answer.
  onLog: (request) => {
    if (log !== undefined) appendFileSync(log, toLogLine(request));
  },
});
process.stdout.write(`${endpoint.url}\n`);
// It goes with whoever started it, even by kill -9.
process.stdin.resume().on('end', () => process.exit());
