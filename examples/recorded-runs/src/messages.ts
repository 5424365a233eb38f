import type { RecordedExchange, RecordedStep } from './schema.ts';

export interface Message {
  role: string;
  content: string;
}

/**
 * The whole conversation as it was sent: the system prompt, the exchanges that were sent again, the new messages.
 *
 * The files hold each message once and only count what was sent again, so this spells it out.
 */
export function toMessages(step: RecordedStep, exchange: RecordedExchange): Message[] {
  const { history = 0, prompt } = exchange;
  const before = step.exchanges.slice(0, history);
  // A conversation that goes on began with the system prompt of its first exchange.
  const system = prompt.system ?? before[0]?.prompt.system;
  return [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    ...before.flatMap((sent) => [...newMessages(sent), { role: 'assistant', content: sent.rawResponse }]),
    ...newMessages(exchange),
  ];
}

/** What this exchange said that the ones before it had not. */
function newMessages({ messages, prompt }: RecordedExchange): Message[] {
  if (messages === undefined) return [{ role: 'user', content: prompt.user }];
  return messages.map(({ role, content }) => ({ role, content }));
}
