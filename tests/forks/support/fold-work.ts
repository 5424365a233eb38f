import type { Document, Exchange, Stepledger, Work } from '@stepledger/client';

/** One run with everything that the API tells of it, for a count that takes no short cut. */
export interface ReadWork {
  readonly runId: string;
  readonly forkedAt: number;
  readonly exchanges: readonly Exchange[];
  readonly versions: readonly Document[];
}

export async function readWork(ledger: Stepledger, runId: string): Promise<ReadWork> {
  const { origin } = await ledger.runs.get({ runId });
  const exchanges = await ledger.exchanges.list({ runId }).all();
  const documents = await ledger.documents.list({ runId, includeDeleted: true }).all();
  const histories = await Promise.all(
    documents.map(({ id }) => ledger.documents.history({ documentId: id }).all()),
  );
  return {
    runId,
    forkedAt: origin?.revision ?? 0,
    exchanges: await Promise.all(exchanges.map(({ id }) => ledger.exchanges.get({ exchangeId: id }))),
    versions: histories.flat(),
  };
}

/** Counts what was done after a revision, in one step or in all of them. */
export function foldWork({ exchanges, versions }: ReadWork, after: number, stepId?: string): Work {
  const isOf = (step: { id: string } | null) => stepId === undefined || step?.id === stepId;
  const sum = (numbers: readonly (number | null | undefined)[]) =>
    numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
  const inStep = exchanges.filter(({ step }) => isOf(step));
  const sent = inStep.filter((exchange) => (exchange.closedRevision ?? exchange.openedRevision) > after);
  const parses = inStep.flatMap((exchange) => exchange.parses).filter(({ revision }) => revision > after);
  const written = versions.filter(({ step, revision }) => isOf(step) && revision > after);
  const texts = written.filter(({ change }) => change === 'create' || change === 'text');
  return {
    exchanges: sent.length,
    failedExchanges: sent.filter(({ status }) => status === 'failed').length,
    parses: parses.length,
    failedParses: parses.filter(({ status }) => status === 'failed').length,
    messages: sum(sent.map(({ messageCount }) => messageCount)),
    responseBytes: sum(sent.map(({ response }) => response?.size)),
    documents: new Set(written.map(({ id }) => id)).size,
    documentBytes: sum(texts.map(({ content }) => content?.size)),
    inputTokens: sum(sent.map(({ usage }) => usage?.inputTokens)),
    outputTokens: sum(sent.map(({ usage }) => usage?.outputTokens)),
    totalTokens: sum(sent.map(({ usage }) => usage?.totalTokens)),
    withoutUsage: sent.filter(({ status, usage }) => status === 'completed' && !hasTokens(usage)).length,
    exchangeMs: sum(sent.map(({ totalMs }) => totalMs)),
  };
}

function hasTokens(usage: Exchange['usage']): boolean {
  return [usage?.inputTokens, usage?.outputTokens, usage?.totalTokens].some((tokens) => tokens !== undefined);
}
