import { contextRefSchema, type FieldIssue, identifierSchema } from '@stepledger/contract';
import { toContextRef } from '../context/used-context.ts';
import { ledgerError } from '../errors/client-errors.ts';
import type { MessageInput } from '../prompts/resolve-prompt.ts';
import { MAX_TIMER_MS } from '../recording/timers.ts';
import type { ExecuteInput } from './execute.ts';

/** Refuses what would only be noticed once the LLM was asked, or never. @throws BAD_INPUT, with all faults together. */
export function checkExecuteInput(input: ExecuteInput): void {
  const {
    prompt,
    uses = [],
    context,
    call,
    parse,
    maxAttempts = 1,
    leaseSeconds = 1,
    timeoutMs = 1,
    signal,
  } = input;
  const issues = [
    check('prompt', isPrompt(prompt), 'must be a text, a list of messages or a stored prompt'),
    check('uses', Array.isArray(uses), 'must be a list of document versions'),
    ...(Array.isArray(uses) ? uses.map(checkUsed) : []),
    check('context', context === undefined || isContext(context), 'must be what context.build answered'),
    check('call', typeof call === 'function', 'must be a function'),
    ...(typeof parse === 'function' ? [] : findParserFaults(parse, 'parse')),
    check('maxAttempts', Number.isInteger(maxAttempts) && maxAttempts >= 1, 'must be a whole number from 1'),
    check('leaseSeconds', leaseSeconds >= 0.1 && leaseSeconds <= 86_400, 'must be from 0.1 to 86400'),
    check('timeoutMs', timeoutMs >= 1 && timeoutMs <= MAX_TIMER_MS, `must be from 1 to ${MAX_TIMER_MS}`),
    check('signal', signal === undefined || signal instanceof AbortSignal, 'must be an AbortSignal'),
  ].filter((issue) => issue !== null);
  if (issues.length > 0) throw ledgerError('BAD_INPUT', { issues });
}

/** Refuses messages that name a blob in place of their text: `call` gets them as texts. @throws BAD_INPUT */
export function checkMessages(messages: readonly MessageInput[]): void {
  const issues = messages.flatMap(({ content }, index) =>
    typeof content === 'string' ? [] : [{ path: `prompt[${index}].content`, reason: 'must be a text' }],
  );
  if (issues.length > 0) throw ledgerError('BAD_INPUT', { issues });
}

/** What is wrong with a parser; its name and version stand in the ledger. */
export function findParserFaults(parser: unknown, path: string): FieldIssue[] {
  if (!isObject(parser)) return [{ path, reason: 'must be a parser' }];
  const { name, version, parse } = parser as Record<string, unknown>;
  const isName = (value: unknown) => identifierSchema.safeParse(value).success;
  return [
    check(`${path}.name`, isName(name), 'must be a name'),
    check(`${path}.version`, isName(version), 'must be a text that names its version'),
    check(`${path}.parse`, typeof parse === 'function', 'must be a function'),
  ].filter((issue) => issue !== null);
}

function isPrompt(prompt: unknown): boolean {
  return typeof prompt === 'string' || (isObject(prompt) && (Array.isArray(prompt) || 'name' in prompt));
}

function checkUsed(used: unknown, index: number): FieldIssue | null {
  const isVersion = isObject(used) && ('ref' in used || 'documentId' in used);
  return check(`uses[${index}]`, isVersion, 'must be a document, or the `ref` of one');
}

function isContext(context: unknown): boolean {
  return isObject(context) && contextRefSchema.safeParse(toContextRef(context)).success;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function check(path: string, isRight: boolean, reason: string): FieldIssue | null {
  return isRight ? null : { path, reason };
}
