import type { Document } from '@stepledger/client';
import { lazyPart } from '../../lib/lazy-part.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Large } from '../../ui/large.tsx';
import { Part } from '../../ui/part.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Loaded } from '../../ui/states.tsx';
import { TextView } from '../../ui/text-view.tsx';
import { useVersionText } from './use-document.ts';

const Markdown = lazyPart(async () => (await import('../../ui/markdown/markdown.tsx')).Markdown);

/** The text of a version, as Markdown or exactly as it is stored. */
export function DocumentText({ shown, asSource }: { shown: Document; asSource: boolean }) {
  return (
    <Large key={shown.version} bytes={shown.content?.size ?? 0}>
      {() => <LoadedText shown={shown} asSource={asSource} />}
    </Large>
  );
}

function LoadedText({ shown, asSource }: { shown: Document; asSource: boolean }) {
  const query = useVersionText({ documentId: shown.id, version: shown.version });
  return (
    <Loaded query={query}>
      {({ text, content }) =>
        asSource ? (
          <div className="flex h-full flex-col">
            <div className="flex items-center gap-3 border-b px-3 py-1.5 text-xs text-muted-foreground">
              <CopyButton text={text ?? ''} />
              <code className="truncate">{content?.id}</code>
            </div>
            <TextView label="Source" text={text ?? ''} />
          </div>
        ) : (
          <ScrollRegion aria-label="Text">
            <Part>
              <Markdown text={text ?? ''} hash={content?.id ?? ''} />
            </Part>
          </ScrollRegion>
        )
      }
    </Loaded>
  );
}
