import type { Attempt, Blob, Exchange, Message } from '@stepledger/client';
import { visibleLine } from '../output/visible.ts';
import { isId } from '../refs/parse-refs.ts';
import { CliError, usageError } from '../shell/cli-error.ts';
import { EXIT } from '../shell/exit-codes.ts';
import type { Shell } from '../shell/shell.ts';
import { printBytes, printExact } from './print-exact.ts';

export interface PromptParts {
  message: number | undefined;
  attempt: number | undefined;
}

/** Prints the messages of an exchange: one exactly, several under a line each that says whose they are. */
export async function printPrompt(shell: Shell, ref: string, parts: PromptParts): Promise<void> {
  const { out } = shell;
  const exchange = await readExchange(shell, ref);
  if (parts.attempt !== undefined) {
    return printBody(shell, attemptOf(exchange, parts.attempt).request, 'request');
  }
  const messages = parts.message === undefined ? exchange.messages : [messageOf(exchange, parts.message)];
  if (out.json) return out.result({ messages }, () => '');
  const [only, ...others] = messages;
  if (only !== undefined && others.length === 0) return printExact(out, only.content);
  for (const message of messages) {
    await out.write(`${out.style('bold', `--- ${visibleLine(message.role)}`)}\n`);
    await printExact(out, message.content);
    if (!out.isTerminal && !message.content.endsWith('\n')) await out.write('\n');
  }
}

/** Prints the raw response of an exchange; of an open one what has arrived. */
export async function printResponse(
  shell: Shell,
  ref: string,
  { attempt }: { attempt: number | undefined },
): Promise<void> {
  const { out } = shell;
  const exchange = await readExchange(shell, ref);
  if (attempt !== undefined) return printBody(shell, attemptOf(exchange, attempt).response, 'response');
  if (out.json) {
    const { response, responseText } = exchange;
    return out.result({ response, responseText }, () => '');
  }
  if (exchange.response === null && exchange.closedRevision === null) return printReceived(shell, exchange);
  return printBody(shell, exchange.response, 'response');
}

async function readExchange({ ledger }: Shell, ref: string): Promise<Exchange> {
  if (!isId(ref)) {
    throw usageError(
      `${ref} is no id of an exchange`,
      '`stepledger show RUN` lists exchanges with their ids.',
    );
  }
  return ledger.exchanges.get({ exchangeId: ref });
}

async function printBody({ out, ledger }: Shell, body: Blob | null, what: string): Promise<void> {
  if (out.json) return out.result({ body }, () => '');
  if (body === null) throw new CliError(`There is no ${what}`, { exitCode: EXIT.notFound });
  const bytes = await ledger.blobs.get(body.id);
  // A text with half a surrogate pair or a NUL is stored as UTF-16.
  if (body.encoding === 'utf16le') return printExact(out, Buffer.from(bytes).toString('utf16le'));
  return printBytes(out, bytes);
}

/** A piece at a time, up to what had arrived when it was asked for last. */
async function printReceived({ out, ledger }: Shell, { id, status }: Exchange): Promise<void> {
  out.say(`The exchange is ${status}; this is what has arrived.`);
  const pieces: Buffer[] = [];
  for (let offset = 0, size = 1; offset < size; ) {
    const received = await ledger.exchanges.received({ exchangeId: id, offset });
    const bytes = Buffer.from(received.bytes.base64, 'base64');
    if (bytes.length === 0) break;
    pieces.push(bytes);
    offset += bytes.length;
    size = received.size;
  }
  await printBytes(out, Buffer.concat(pieces));
}

function attemptOf({ id, attempts }: Exchange, number: number): Attempt {
  const found = attempts.find(({ attempt }) => attempt === number);
  if (found) return found;
  const numbers = attempts.map(({ attempt }) => attempt).join(', ');
  throw new CliError(`Exchange ${id} has no attempt ${number}`, {
    hint: numbers === '' ? 'It was recorded without attempts.' : `It has ${numbers}.`,
    exitCode: EXIT.notFound,
  });
}

function messageOf({ id, messages }: Exchange, number: number): Message {
  const found = messages[number - 1];
  if (found) return found;
  throw new CliError(`Exchange ${id} has no message ${number}`, {
    hint: `It has ${messages.length}.`,
    exitCode: EXIT.notFound,
  });
}
