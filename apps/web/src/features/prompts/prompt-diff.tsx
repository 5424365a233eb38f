import type { Prompt } from '@stepledger/client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { Input } from '../../ui/input.tsx';
import { PatchOrReason } from '../../ui/patch/patch.tsx';
import { Loaded } from '../../ui/states.tsx';

const route = getRouteApi('/prompts/$name');

/** What the version that is looked at changed, against the one before or any other. */
export function PromptDiff({ prompt: { name, version } }: { prompt: Prompt }) {
  const { from } = route.useSearch();
  const navigate = route.useNavigate();
  const before = from ?? version - 1;
  return (
    <div className="flex grow flex-col">
      <label className="flex items-center gap-2 p-3 text-muted-foreground">
        Compared with version
        <Input
          type="number"
          min={1}
          className="w-24"
          value={before < 1 ? '' : before}
          onChange={({ target }) => {
            const next = target.valueAsNumber;
            void navigate({
              search: (search) => ({
                ...search,
                from: Number.isInteger(next) && next > 0 ? next : undefined,
              }),
              replace: true,
            });
          }}
        />
      </label>
      {before < 1 ? (
        <p className="p-4 pt-0">This is the first version.</p>
      ) : (
        <Patch name={name} from={before} to={version} />
      )}
    </div>
  );
}

function Patch({ name, from, to }: { name: string; from: number; to: number }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.prompts.diff.queryOptions({ name, from, to }));
  return (
    <Loaded query={query}>
      {({ patch }) => (
        <div className="h-96 grow border-t">
          <PatchOrReason label={`From version ${from} to version ${to}`} patch={patch} />
        </div>
      )}
    </Loaded>
  );
}
