import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../states.tsx';
import { PatchView } from './patch-view.tsx';
import { toTextPatch } from './text-patch.ts';

export interface TextPatchProps {
  label: string;
  /** Names what is compared: the same name for the same texts. */
  name: string;
  before: string;
  after: string;
}

/** What differs between two texts at hand. The library that compares them is only loaded here. */
export function TextPatch({ label, name, before, after }: TextPatchProps) {
  const query = useQuery({
    queryKey: ['patch', name],
    queryFn: () => toTextPatch(before, after),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return <Loaded query={query}>{(patch) => <PatchOrReason label={label} patch={patch} />}</Loaded>;
}

/** A patch as the server or `toTextPatch` tells it: empty when nothing differs, null when too much does. */
export function PatchOrReason({ label, patch }: { label: string; patch: string | null }) {
  if (patch === null) {
    return <p className="p-4">These texts are too different to be compared line by line.</p>;
  }
  if (patch === '') return <p className="p-4">Nothing differs.</p>;
  return <PatchView label={label} patch={patch} />;
}
