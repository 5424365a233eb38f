import type { JsonObject } from '@stepledger/contract';
import stringify from 'safe-stable-stringify';
import type { MessageInput } from '../prompts/resolve-prompt.ts';
import { sha256OfText } from '../sha256.ts';

/** What makes an exchange the same as one that is stored, beside `uses`, which the ledger joins: the parser is not in it. */
export interface MemoInputs {
  messages: readonly MessageInput[];
  model: string | undefined;
  parameters: JsonObject | undefined;
  /** Answers that could not be read are asked for again under keys of their own. */
  attempt: number;
}

/** The hash of the canonical JSON of everything that the answer depends on, as far as it was declared. */
export function toMemoKey({ messages, model, parameters, attempt }: MemoInputs): Promise<string> {
  const identity = {
    memo: 2,
    messages: messages.map(({ role, content, format = 'text' }) => ({ role, content, format })),
    model: model ?? null,
    parameters: parameters ?? {},
    attempt,
  };
  return sha256OfText(stringify(identity) ?? '');
}
