import type { Blame, Document } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { unchanging } from '../../lib/ledger/unchanging.ts';
import { formatStep, formatTime } from '../../lib/words/format.ts';
import { Visible } from '../../ui/exact-text.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Large } from '../../ui/large.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Loaded } from '../../ui/states.tsx';
import { TextView } from '../../ui/text-view.tsx';
import { ExchangeLink } from '../exchanges/exchange-link.tsx';
import { PromptLink } from '../prompts/prompt-link.tsx';
import { useVersionText } from './use-document.ts';

const WHY_UNKNOWN = {
  too_different: 'Some lines have no version: two versions were too different to be compared.',
  too_long: 'Some lines have no version: they are older than what is looked through.',
} as const;

/** Which version wrote each line, and which exchange that came from. */
export function BlameView({ shown }: { shown: Document }) {
  return (
    <Large key={shown.version} bytes={shown.content?.size ?? 0}>
      {() => <LoadedBlame shown={shown} />}
    </Large>
  );
}

function LoadedBlame({ shown }: { shown: Document }) {
  const trpc = useTRPC();
  const ref = { documentId: shown.id, version: shown.version };
  const text = useVersionText(ref);
  const blame = useQuery(unchanging(trpc.links.blame.queryOptions(ref)));
  return (
    <Loaded query={text}>
      {({ text: source }) => (
        <Loaded query={blame}>{(found) => <Blamed text={source ?? ''} blame={found} />}</Loaded>
      )}
    </Loaded>
  );
}

function Blamed({ text, blame }: { text: string; blame: Blame }) {
  const begins = useMemo(() => new Map(blame.lines.map((lines) => [lines.from, lines.version])), [blame]);
  const versions = useMemo(() => new Map(blame.versions.map((each) => [each.version, each])), [blame]);
  const gutter = (line: number) => {
    const version = begins.get(line);
    const origin = version === null || version === undefined ? undefined : versions.get(version);
    return (
      <span className="flex w-44 shrink-0 gap-2 truncate pl-3 select-none">
        {version === null && '?'}
        {origin !== undefined && (
          <>
            <VersionLink documentId={blame.documentId} version={origin.version} />
            {origin.exchangeId !== null && (
              <ExchangeLink exchangeId={origin.exchangeId}>
                <Visible text={origin.step === null ? 'exchange' : formatStep(origin.step)} />
              </ExchangeLink>
            )}
          </>
        )}
      </span>
    );
  };
  return (
    <div className="flex h-full min-h-0 flex-col xl:grid xl:grid-cols-[1fr_24rem]">
      <div className="flex min-h-0 grow flex-col">
        {blame.unknown !== null && (
          <p className="border-b bg-warning-surface px-3 py-2 text-warning">{WHY_UNKNOWN[blame.unknown]}</p>
        )}
        <TextView label="Lines with the versions that wrote them" text={text} gutter={gutter} />
      </div>
      <ScrollRegion
        aria-label="Versions that wrote these lines"
        className="max-h-56 min-h-0 border-t xl:max-h-none xl:border-t-0 xl:border-l"
      >
        <ul>
          {blame.versions.map((version) => (
            <li key={version.version} className="border-b p-3 text-xs">
              <BlamedVersion documentId={blame.documentId} version={version} />
            </li>
          ))}
        </ul>
      </ScrollRegion>
    </div>
  );
}

function VersionLink({ documentId, version }: { documentId: string; version: number }) {
  return (
    <Link
      to="/documents/$documentId"
      params={{ documentId }}
      search={{ version }}
      className="text-primary underline underline-offset-2"
    >
      v{version}
    </Link>
  );
}

function BlamedVersion({ documentId, version }: { documentId: string; version: Blame['versions'][number] }) {
  const { step, author, parse, prompt, model, exchangeId, variables, purgedBefore } = version;
  return (
    <Facts
      facts={{
        version: <VersionLink documentId={documentId} version={version.version} />,
        written: formatTime(version.at),
        revision: version.revision,
        step: step && <Visible text={formatStep(step)} />,
        author: author && <Visible text={author} />,
        exchange: exchangeId && <ExchangeLink exchangeId={exchangeId} />,
        parser: parse && <Visible text={`${parse.parser}@${parse.parserVersion}`} />,
        prompt: prompt && <PromptLink prompt={prompt} />,
        variables: variables && <Visible text={Object.keys(variables).slice(0, 50).join(', ')} />,
        model: model && <Visible text={model} />,
        'may be of purged': purgedBefore.length > 0 ? purgedBefore.join(', ') : null,
      }}
    />
  );
}
