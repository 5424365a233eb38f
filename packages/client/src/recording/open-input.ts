import {
  type ContextRef,
  contextRefSchema,
  type FieldIssue,
  type JsonObject,
  LIMITS,
  metadataSchema,
  promptRefSchema,
  storedTextBytes,
  variablesSchema,
} from '@stepledger/contract';
import { toContextRef, toUsedContext } from '../context/used-context.ts';
import { ledgerError } from '../errors/client-errors.ts';
import type { MessageInput, StoredPrompt } from '../prompts/resolve-prompt.ts';
import type { CreateBodyDecoder } from './body-decoder.ts';
import type { OpenInput } from './exchange-writer.ts';
import type { HeaderPairs } from './header-pairs.ts';
import type { Protocol, SentRequest } from './protocols/protocol.ts';

/** What the caller of a recording fetch says of the calls that go through it. */
export interface RecordedCall {
  runId: string;
  step: { name: string; key: string };
  /** The predefined prompt that the messages were made from. */
  prompt?: Omit<StoredPrompt, 'messages'> | undefined;
  /** The context that the messages were built with; the documents in it count as used. */
  context?: ContextRef | undefined;
  metadata?: JsonObject | undefined;
  /**
   * For a fetch whose bodies come and go as they travel, such as a proxy's: reads what has a `content-encoding`. What is
   * stored stays as it travelled. Left out, bodies are taken to be decoded, as those of `fetch` are.
   */
  createDecoder?: CreateBodyDecoder | undefined;
  /**
   * For a fetch that knows the headers of its responses as they came, each by itself and in their order: answers them.
   * Left out, they are stored as a Response has them, sorted and those of one name joined. When it throws, the call goes
   * on and is stored without headers, which `flush` reports.
   */
  readHeaders?: ((response: Response) => HeaderPairs) | undefined;
  /** Told of each exchange as it begins, by its id. */
  onExchange?: ((exchangeId: string) => void) | undefined;
}

/** Refuses now what the ledger would refuse with each call, where nobody waits for it. @throws BAD_INPUT */
export function checkRecordedCall({ prompt, context, metadata }: Omit<RecordedCall, 'runId' | 'step'>): void {
  const { variables, ref } = splitPrompt(prompt);
  const issues = [
    ...(prompt === undefined ? [] : findIssues('prompt', promptRefSchema.safeParse(ref))),
    ...(variables === undefined ? [] : findIssues('prompt.variables', variablesSchema.safeParse(variables))),
    ...(context === undefined
      ? []
      : findIssues('context', contextRefSchema.safeParse(toContextRef(context)))),
    ...(metadata === undefined ? [] : findIssues('metadata', metadataSchema.safeParse(metadata))),
  ];
  if (issues.length > 0) throw ledgerError('BAD_INPUT', { issues });
}

interface Parsed {
  error?: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } | undefined;
}

function findIssues(field: string, { error }: Parsed): FieldIssue[] {
  return (error?.issues ?? []).map(({ path, message }) => ({
    path: [field, ...path.map(String)].join('.'),
    reason: message,
  }));
}

/** The input of `exchanges.open` for a request body; one that no protocol knows is one message, as it is. */
export function toOpenInput(
  body: Uint8Array,
  protocol: Protocol | null,
  { runId, step, prompt, context, metadata }: RecordedCall,
): OpenInput {
  const { messages, model, parameters } = readSent(body, protocol);
  const { variables, ref } = splitPrompt(prompt);
  return {
    runId,
    step,
    messages,
    ...(protocol && { provider: protocol.provider }),
    ...(model !== undefined && { model }),
    ...(parameters && { parameters }),
    ...(ref && { prompt: ref }),
    ...(variables && { variables }),
    ...toUsedContext(context, undefined),
    ...(metadata && { metadata }),
  };
}

function splitPrompt(prompt: RecordedCall['prompt']) {
  if (prompt === undefined) return { ref: undefined, variables: undefined };
  const { name, version, label, variables } = prompt;
  const ref = { name, ...(version !== undefined && { version }), ...(label !== undefined && { label }) };
  return { ref, variables };
}

function readSent(body: Uint8Array, protocol: Protocol | null): SentRequest {
  const text = toText(body);
  const known = text === null ? null : protocol?.readRequest(parseJson(text));
  if (known && known.messages.length > 0) return known;
  const content = text ?? `(${body.length} bytes that are no text: see the request of the attempt)`;
  const message: MessageInput = { role: 'user', content, format: 'text' };
  return { messages: [message] };
}

/** Null for what is no text, such as a form with a file in it, or none that can be stored as one. */
function toText(body: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return storedTextBytes(text) <= LIMITS.maxTextBytes ? text : null;
  } catch {
    return null;
  }
}

/** Undefined for what is no JSON: then no protocol knows it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
