import type { Exchange } from '@stepledger/client';
import { formatDuration, formatNumber, formatStep, formatTime } from '../../lib/words/format.ts';
import { StatusBadge } from '../../ui/badge.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { Facts } from '../../ui/facts.tsx';
import { PromptLink } from '../prompts/prompt-link.tsx';
import { RunLink } from '../runs/run-link.tsx';
import { ErrorText } from './bounded-text.tsx';
import { CurlButton } from './curl/curl-button.tsx';

const TOKENS = {
  inputTokens: 'input tokens',
  outputTokens: 'output tokens',
  totalTokens: 'tokens in all',
  cachedInputTokens: 'cached',
  reasoningTokens: 'reasoning',
} as const;

/** Of more only the beginning stands here. */
const SHOWN_LENGTH = 2000;

/** Who was asked, when, how long it took and what it cost. */
export function ExchangeHeader({ exchange }: { exchange: Exchange }) {
  const { id, runId, step, status, prompt, provider, model, responseModel, usage, parameters, error } =
    exchange;
  const tokens = Object.entries(TOKENS).flatMap(([name, label]) => {
    const count = usage?.[name as keyof typeof TOKENS];
    return count === undefined ? [] : [[label, formatNumber(count)]];
  });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 border-b p-3">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="min-w-0 text-base font-semibold break-words">
          <Visible text={formatStep(step)} /> <span className="text-muted-foreground">asks</span>{' '}
          <Visible text={responseModel ?? model ?? provider ?? 'an LLM'} />
        </h1>
        <StatusBadge status={status} />
        <div className="ml-auto">
          <CurlButton exchange={exchange} />
        </div>
      </div>
      <Facts
        className="text-xs"
        facts={{
          run: <RunLink runId={runId} />,
          provider: provider && <Visible text={provider} />,
          model: model && <Visible text={model} />,
          'answered by':
            responseModel !== null && responseModel !== model ? <Visible text={responseModel} /> : null,
          prompt: prompt && <PromptLink prompt={prompt} />,
          revision:
            exchange.closedRevision === null
              ? exchange.openedRevision
              : `${exchange.openedRevision}–${exchange.closedRevision}`,
          started: formatTime(exchange.startedAt ?? exchange.openedAt),
          'first byte': exchange.firstByteMs !== null ? formatDuration(exchange.firstByteMs) : null,
          took: exchange.totalMs !== null ? formatDuration(exchange.totalMs) : null,
          ...Object.fromEntries(tokens),
          parameters: parameters && <Visible text={JSON.stringify(parameters).slice(0, SHOWN_LENGTH)} />,
          metadata:
            Object.keys(exchange.metadata).length > 0 ? (
              <Visible text={JSON.stringify(exchange.metadata).slice(0, SHOWN_LENGTH)} />
            ) : null,
          id: <code>{id}</code>,
        }}
      />
      {error !== null && (
        <div className="rounded-md border border-danger bg-danger-surface p-2">
          <p className="font-medium text-danger">Failed</p>
          <ErrorText label="Why it failed" text={error} />
        </div>
      )}
    </div>
  );
}
