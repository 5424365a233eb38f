import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { Command } from 'cmdk';
import type { ReactNode } from 'react';
import { useDeferredValue } from 'react';
import { hitHref, hitKey } from '../../features/search/hit-target.ts';
import { Snippet } from '../../features/search/snippet.tsx';
import { useTRPC } from '../../lib/ledger/ledger.tsx';
import { describeError } from '../../lib/words/describe-error.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Visible } from '../../ui/exact-text.tsx';
import { NAVIGATION } from '../navigation.ts';

const MAX_LENGTH = 1000;
const MAX_RUNS = 6;
const MAX_HITS = 8;

export interface PaletteProps {
  typed: string;
  onType: (typed: string) => void;
  onClose: () => void;
  /** It has gone, so that the keyboard can return to where it was. */
  onClosed: () => void;
  /** Closes it and shows what can be done by keyboard. */
  onHelp: () => void;
}

/** Goes to any page, run or text: typed, chosen with the arrow keys, opened with Enter. */
export function Palette({ typed, onType, onClose, onClosed, onHelp }: PaletteProps) {
  const router = useRouter();
  const go = (href: string) => {
    onClose();
    router.history.push(href);
  };
  const wanted = typed.trim();
  const pages = NAVIGATION.filter(({ label }) => includes(label, wanted));
  const help = 'Keyboard shortcuts';
  return (
    <Dialog
      title="Go to"
      description="A page, a run by its key, or any text of the project."
      open
      onOpenChange={onClose}
      onClosed={onClosed}
      className="top-[12dvh] max-h-[76dvh] translate-y-0"
    >
      <Command label="Go to" shouldFilter={false} vimBindings={false} loop className="grid min-h-0 gap-2">
        <Command.Input
          autoFocus
          placeholder="Search or go to…"
          maxLength={MAX_LENGTH}
          value={typed}
          onValueChange={onType}
          className="h-9 rounded-md border bg-background px-2.5 placeholder:text-muted-foreground"
        />
        <Command.List label="Places" className="max-h-[50dvh] overflow-auto">
          {pages.length > 0 && (
            <Group heading="Pages">
              {pages.map(({ to, label }) => (
                <Item key={to} value={`page ${to}`} onSelect={() => go(to)}>
                  {label}
                </Item>
              ))}
            </Group>
          )}
          <RunItems wanted={wanted} go={go} />
          {wanted !== '' && <HitItems wanted={wanted} go={go} />}
          {includes(help, wanted) && (
            <Group heading="Help">
              <Item value="help" onSelect={onHelp}>
                {help}
              </Item>
            </Group>
          )}
        </Command.List>
      </Command>
    </Dialog>
  );
}

interface ItemsProps {
  wanted: string;
  go: (href: string) => void;
}

function RunItems({ wanted, go }: ItemsProps) {
  const trpc = useTRPC();
  const { data, error } = useQuery(trpc.runs.list.queryOptions({ limit: 100 }));
  const runs = (data?.items ?? []).filter(({ key, goal }) => includes(`${key} ${goal ?? ''}`, wanted));
  const isListed = runs.some(({ key }) => key === wanted);
  if (runs.length === 0 && wanted === '' && error === null) return null;
  return (
    <Group heading="Runs">
      {runs.slice(0, MAX_RUNS).map(({ id, key, goal }) => (
        <Item key={id} value={`run ${id}`} onSelect={() => go(runHref(key))}>
          <span className="shrink-0 font-medium">
            <Visible text={key} />
          </span>
          <span className="truncate text-muted-foreground">
            <Visible text={goal ?? ''} />
          </span>
        </Item>
      ))}
      {wanted !== '' && !isListed && (
        <Item value="run by key" onSelect={() => go(runHref(wanted))}>
          <span className="truncate">
            Open the run with the key “<Visible text={wanted} />”
          </span>
        </Item>
      )}
      <NotLoaded error={error} />
    </Group>
  );
}

function HitItems({ wanted, go }: ItemsProps) {
  const trpc = useTRPC();
  const text = useDeferredValue(wanted);
  const { data, error } = useQuery(
    trpc.search.query.queryOptions(
      { text, limit: MAX_HITS, facets: false },
      { placeholderData: (before) => before },
    ),
  );
  return (
    <Group heading="Texts">
      <Item value="search" onSelect={() => go(`/search?q=${encodeURIComponent(JSON.stringify(wanted))}`)}>
        <span className="truncate">
          Search for “<Visible text={wanted} />”
        </span>
      </Item>
      {(data?.items ?? []).map((hit) => (
        <Item key={hitKey(hit)} value={hitKey(hit)} onSelect={() => go(hitHref(hit))}>
          <span className="shrink-0 text-xs text-muted-foreground">{hit.type}</span>
          <span className="max-w-[40%] shrink-0 truncate font-medium">
            <Visible text={hit.title} />
          </span>
          <span className="truncate text-muted-foreground">
            <Snippet snippet={hit.snippet} />
          </span>
        </Item>
      ))}
      <NotLoaded error={error} />
    </Group>
  );
}

function NotLoaded({ error }: { error: unknown }) {
  return error !== null && <p className="px-2 py-1 text-danger">{describeError(error).title}</p>;
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted-foreground"
    >
      {children}
    </Command.Group>
  );
}

function Item(props: { value: string; onSelect: () => void; children: ReactNode }) {
  return (
    <Command.Item
      className="flex cursor-pointer items-baseline gap-2 rounded-md px-2 py-1.5 data-[selected=true]:bg-muted"
      {...props}
    />
  );
}

function runHref(key: string): string {
  // Half of a character, as it can be pasted, has no place in a URL.
  return `/runs/${encodeURIComponent(key.toWellFormed())}`;
}

function includes(text: string, wanted: string): boolean {
  return text.toLowerCase().includes(wanted.toLowerCase());
}
