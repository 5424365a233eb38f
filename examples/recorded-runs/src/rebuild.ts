import type { Document, Exchange, Prompt } from '@stepledger/client';
import { type ExchangeMetadata, exchangeMetadataSchema, runMetadataSchema } from './metadata.ts';
import type { StoredExchange, StoredRun } from './read-back.ts';

/** Writes the line of a run again out of nothing but what is stored: what differs from the source was lost. */
export function rebuildRun({ run, steps }: StoredRun): unknown {
  const { name, source, status, conversations } = runMetadataSchema.parse(run.metadata);
  return {
    source,
    workflow: { name, goal: run.goal, status },
    steps: steps.map((stored, index) => ({
      name: stored.step.name,
      conversation: conversations?.[index] ?? undefined,
      exchanges: stored.exchanges.map(rebuildExchange),
      documents: stored.documents.map(({ document }) => rebuildDocument(document, stored.exchanges)),
    })),
  };
}

/** Writes the line of a prompt again. */
export function rebuildPrompt({ metadata, template, syntax, parameters }: Prompt): unknown {
  const [message] = template;
  return { ...metadata, role: message?.role, text: message?.text, syntax, variables: parameters };
}

function rebuildExchange({ exchange, attemptBodies }: StoredExchange): unknown {
  const { messages, model, responseText, usage } = exchange;
  const metadata = exchangeMetadataSchema.parse(exchange.metadata);
  const { attemptTimes: _times, newMessages, ownSystem, ...kept } = metadata;
  const added = messages.slice(-(newMessages?.length ?? 1));
  return {
    ...kept,
    prompt: { system: ownSystem ? messages[0]?.content : undefined, user: added.at(-1)?.content },
    messages: newMessages?.map((flags, index) => ({
      role: added[index]?.role,
      content: added[index]?.content,
      ...flags,
    })),
    model,
    rawResponse: responseText,
    usage: usage ?? undefined,
    failedAttempts: rebuildAttempts(exchange, attemptBodies, metadata),
  };
}

function rebuildAttempts(
  { attempts }: Exchange,
  bodies: (string | null)[],
  { attemptTimes }: ExchangeMetadata,
): unknown {
  if (attempts.length === 0) return undefined;
  return attempts
    .map(({ status, error, httpStatus }, index) => ({
      status,
      line: {
        error: error ?? undefined,
        httpStatus: httpStatus ?? undefined,
        rawResponse: bodies[index] ?? undefined,
        at: attemptTimes?.[index] ?? undefined,
      },
    }))
    .filter(({ status }) => status === 'failed')
    .map(({ line }) => line);
}

function rebuildDocument(document: Document, exchanges: StoredExchange[]): unknown {
  const { kind, title, text, metadata, exchangeId } = document;
  const from = exchanges.findIndex(({ exchange }) => exchange.id === exchangeId);
  return {
    ...metadata,
    kind,
    title,
    text,
    fromExchange: exchangeId === null ? undefined : from,
  };
}
