import type { JsonObject, RouterInputs } from '@stepledger/client';
import type { UniqueNames } from './keys.ts';
import { toMessages } from './messages.ts';
import { type ExchangeMetadata, toMetadata } from './metadata.ts';
import type { RecordedDocument, RecordedExchange, RecordedStep } from './schema.ts';

type Write = RouterInputs['documents']['putMany']['documents'][number];
/** A document to write; its key is chosen here, and its lineage added when it is written. */
export type DocumentWrite = Omit<Write, 'key' | 'links'> & { key: string };
export type ExchangeInput = Omit<RouterInputs['exchanges']['record'], 'runId' | 'step' | 'documents'>;

/** What read the documents out of the answers: the recorder's own code, of which no version is known. */
const PARSER = 'recorder';

/** Titles repeat (every WriteTasks is called so), but kind and key name one document of the run. */
export function planDocument(
  { kind, title, text, path }: RecordedDocument,
  unique: UniqueNames,
): DocumentWrite {
  return { kind, key: unique(title, kind), title, text, ...(path !== undefined && { metadata: { path } }) };
}

export function planExchange(
  step: RecordedStep,
  exchange: RecordedExchange,
  { promptNames, parsed }: { promptNames: ReadonlySet<string>; parsed: boolean },
): ExchangeInput {
  const { model, rawResponse, usage, failedAttempts, promptTemplate } = exchange;
  const isKnown = promptTemplate !== undefined && promptNames.has(promptTemplate);
  return {
    messages: toMessages(step, exchange),
    ...(model !== null && { model }),
    response: rawResponse,
    ...(usage && { usage }),
    ...(isKnown && { prompt: { name: promptTemplate } }),
    ...(failedAttempts && { attempts: toAttempts(failedAttempts) }),
    ...(parsed && { parse: { parser: PARSER } }),
    metadata: exchangeMetadata(exchange),
  };
}

/** The failed ones, and then the one that brought the answer. */
function toAttempts(failed: NonNullable<RecordedExchange['failedAttempts']>) {
  return [
    ...failed.map(({ error, httpStatus, rawResponse }) => ({
      status: 'failed' as const,
      ...(error !== undefined && { error }),
      ...(httpStatus !== undefined && { httpStatus }),
      ...(rawResponse !== undefined && { response: rawResponse }),
    })),
    { status: 'completed' as const },
  ];
}

function exchangeMetadata(exchange: RecordedExchange): JsonObject {
  const { prompt, messages, failedAttempts, at, recordedInCommit, promptTemplate, history } = exchange;
  const metadata: { [Field in keyof ExchangeMetadata]: ExchangeMetadata[Field] | undefined } = {
    at,
    recordedInCommit,
    promptTemplate,
    history,
    toolCalls: exchange.toolCalls,
    derivedFrom: exchange.derivedFrom,
    ownSystem: prompt.system === undefined ? undefined : true,
    newMessages: messages?.map(({ role: _role, content: _content, ...flags }) => toMetadata(flags)),
    attemptTimes: failedAttempts?.map((attempt) => attempt.at ?? null),
  };
  return toMetadata(metadata);
}
