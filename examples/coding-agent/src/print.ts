import type { DocumentHandle, ExchangeSummary, RunHandle, Step, Stepledger } from '@stepledger/client';

/** Writes what the ledger holds of a run, read back through the client. */
export async function printRun(
  ledger: Stepledger,
  run: RunHandle,
  print: (line: string) => void,
): Promise<void> {
  const { key, goal, status, revision, workflow, createdAt } = await run.get();
  const process = workflow ? `, workflow ${workflow.name} v${workflow.version}` : '';
  print(`Run ${key}: ${status}${process}, ${revision} ledger entries since ${toTime(createdAt)}`);
  print(`Goal: ${goal}`);
  for (const step of await run.steps.list()) {
    const { exchanges, documents } = run.step(step.name, { key: step.key });
    print('');
    print(describeStep(step));
    for (const exchange of await exchanges.list()) {
      print(`  prompt    ${describePrompt(exchange)}`);
      print(`  response  ${await describeResponse(ledger, exchange)}`);
    }
    for (const document of await documents.list()) print(`  document  ${describeDocument(document)}`);
  }
}

function describeStep({ name, key, status, startedAt, error }: Step): string {
  const named = key === '' ? name : `${name} (${key})`;
  return `${named}: ${status}, ${toTime(startedAt)}${error === null ? '' : `, ${error}`}`;
}

function describePrompt({ prompt, messageCount }: ExchangeSummary): string {
  const template = prompt ? `${prompt.name} v${prompt.version}` : 'no template';
  return `${template}, ${count(messageCount, 'message')}`;
}

async function describeResponse(ledger: Stepledger, exchange: ExchangeSummary): Promise<string> {
  const { id, response, responseModel, model, usage, totalMs, error } = exchange;
  const { attempts } = await ledger.exchanges.get({ exchangeId: id });
  const parts = [
    response ? toSize(response.size) : `none (${error})`,
    `from ${responseModel ?? model}`,
    totalMs !== null && `${totalMs} ms`,
    usage && `${usage.inputTokens} tokens in, ${usage.outputTokens} out`,
    attempts.length > 1 && `${attempts.length} attempts`,
  ];
  return parts.filter((part) => typeof part === 'string').join(', ');
}

function describeDocument({ kind, key, version, title, text }: DocumentHandle): string {
  const named = key === kind ? kind : `${kind} ${key}`;
  const line = title ?? text.split('\n').find((each) => each.trim() !== '') ?? '';
  return `${named} v${version}, ${toSize(new TextEncoder().encode(text).length)}: ${line.slice(0, 60)}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function toSize(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}

/** `2026-01-31 09:05:07 UTC` */
function toTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
