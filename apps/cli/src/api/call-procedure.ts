import type { ProcedureDescription } from '@stepledger/api';
import type { Output } from '../output/output.ts';
import { withPager } from '../output/pager.ts';
import type { Shell } from '../shell/shell.ts';
import { renderAnswer, renderItems } from './answer.ts';
import type { InputField, Schema } from './input-fields.ts';
import { type Options, readInput } from './read-input.ts';

/** One procedure and what its command knows of it. */
export interface ProcedureCommand {
  description: ProcedureDescription;
  schema: Schema;
  fields: readonly InputField[];
  paged: boolean;
}

type Call = (input: Record<string, unknown>) => unknown;
interface AnyPage {
  items: unknown[];
  nextCursor: string | null;
}

/** Calls a procedure with what the command line said, and prints what it answers. */
export async function callProcedure(
  shell: Shell,
  command: ProcedureCommand,
  options: Options,
): Promise<void> {
  const { description, paged } = command;
  const { out } = shell;
  const input = await readInput(shell, command, options);
  const call = findCall(shell, description.path);
  if (description.kind === 'subscription') return follow(call(input) as AsyncIterable<unknown>, out);
  if (paged && options['all'] === true) {
    await withPager(shell, (paged) => printAll(call, input, paged));
    return;
  }
  const answer = await call(input);
  await withPager(shell, (paged) => paged.result(answer, () => renderAnswer(answer, paged)));
  if (paged && !out.json && (answer as AnyPage).nextCursor !== null) {
    out.say(`There is more: --all, or --cursor ${(answer as AnyPage).nextCursor}`);
  }
}

/** Each page is printed before the next is read, so that a long list needs no memory. Under --json a line an item. */
async function printAll(call: Call, input: Record<string, unknown>, out: Output): Promise<void> {
  let cursor = input['cursor'];
  do {
    const page = (await call({ ...input, ...(cursor !== undefined && { cursor }) })) as AnyPage;
    if (out.json) for (const item of page.items) await out.item(item, () => '');
    else await out.write(renderItems(page.items, out));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

async function follow(items: AsyncIterable<unknown>, out: Output): Promise<void> {
  for await (const item of items) await out.item(item, () => renderAnswer(item, out));
}

/** The client makes its functions by name, so every procedure that the API describes is there. */
function findCall({ ledger }: Shell, path: string): Call {
  const [feature = '', method = ''] = path.split('.');
  // Types cannot follow a name that is only known when it runs; the server checks the input.
  const functions = ledger as unknown as Record<string, Record<string, Call>>;
  const call = functions[feature]?.[method];
  if (call === undefined) throw new Error(`The client has no ${path}`);
  return call;
}
