import type { Project } from '@stepledger/client';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { useLedger, useTRPC } from '../../lib/ledger/ledger.tsx';
import { projectOf } from '../../lib/ledger/session.ts';
import { useTyped } from '../../lib/use-typed.ts';
import { Button } from '../../ui/button.tsx';
import { Input, Select } from '../../ui/input.tsx';
import { Failure, Loaded } from '../../ui/states.tsx';

/** The project that is looked at: another can be chosen, it can be renamed, and the key of this browser forgotten. */
export function ProjectSettings() {
  const trpc = useTRPC();
  const { session, changeSession } = useLedger();
  const query = useInfiniteQuery(
    trpc.projects.list.infiniteQueryOptions(
      { limit: 100 },
      { getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined },
    ),
  );
  const { hasNextPage, fetchNextPage } = query;
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const projects = pages.flatMap(({ items }) => items);
        const slug = projectOf(session);
        return (
          <div className="flex flex-wrap items-end gap-3">
            <label className="grid gap-1">
              Project that is shown
              <Select value={slug} onChange={({ target }) => changeSession({ project: target.value })}>
                {!projects.some((project) => project.slug === slug) && <option>{slug}</option>}
                {projects.map((project) => (
                  <option key={project.slug}>{project.slug}</option>
                ))}
              </Select>
            </label>
            {hasNextPage && <Button onClick={() => void fetchNextPage()}>More projects</Button>}
            <Rename key={slug} slug={slug} />
            {session.token !== null && (
              <Button onClick={() => changeSession({ token: null })}>Forget the key of this browser</Button>
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

function Rename({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.projects.get.queryOptions({ slug }));
  return <Loaded query={query}>{(project) => <RenameForm project={project} />}</Loaded>;
}

function RenameForm({ project: { slug, name } }: { project: Project }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const typed = useTyped(`rename ${slug}`, name);
  const rename = useMutation(
    trpc.projects.update.mutationOptions({
      onSuccess: (project, sent) => {
        queryClient.setQueryData(trpc.projects.get.queryKey({ slug }), project);
        typed.done(sent.name);
        void queryClient.invalidateQueries(trpc.projects.pathFilter());
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate({ slug, name: typed.text });
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-2">
      <label className="grid gap-1">
        Name
        <Input
          required
          maxLength={200}
          value={typed.text}
          onChange={({ target }) => typed.change(target.value)}
        />
      </label>
      <Button type="submit" disabled={rename.isPending}>
        Rename
      </Button>
      <span role="status" className="text-xs text-muted-foreground">
        {rename.isSuccess && rename.data.name === typed.text && 'Renamed'}
      </span>
      {rename.error !== null && <Failure error={rename.error} />}
    </form>
  );
}
