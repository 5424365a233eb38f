import type { VersionRef } from '@stepledger/client';
import { TextPatch } from '../../../ui/patch/patch.tsx';
import { Loading, QueryFailure } from '../../../ui/states.tsx';
import { useVersionText } from '../../documents/use-document.ts';

/** What differs between the texts of two documents, or all of the one that is there; loads them when it is opened. */
export function DocumentPatch({ from, to }: { from: VersionRef | null; to: VersionRef | null }) {
  const before = useText(from);
  const after = useText(to);
  const failed = [before, after].find(({ text, query }) => text === undefined && query.error !== null);
  if (failed !== undefined) return <QueryFailure query={failed.query} />;
  if (before.text === undefined || after.text === undefined) return <Loading label="Loading the texts" />;
  return (
    <div className="h-72 rounded-md border">
      <TextPatch
        label="What differs in the text"
        name={JSON.stringify([from, to])}
        before={before.text}
        after={after.text}
      />
    </div>
  );
}

function useText(ref: VersionRef | null) {
  const query = useVersionText(
    { documentId: ref?.documentId ?? '', version: ref?.version ?? 1 },
    { enabled: ref !== null },
  );
  return { text: ref === null ? '' : query.data && (query.data.text ?? ''), query };
}
