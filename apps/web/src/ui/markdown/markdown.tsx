import { useQuery } from '@tanstack/react-query';
import { toJsxRuntime } from 'hast-util-to-jsx-runtime';
import type { ComponentProps } from 'react';
import { Fragment, jsx, jsxs } from 'react/jsx-runtime';
import { ExactText } from '../exact-text.tsx';
import { Loading, QueryFailure } from '../states.tsx';
import { readMarkdown } from './read-markdown.ts';

/** A stored text as Markdown. Nothing in it runs or is fetched: pictures are named, links say where they lead. */
export function Markdown({ text, hash }: { text: string; hash: string }) {
  const query = useQuery({
    queryKey: ['markdown', hash],
    queryFn: ({ signal }) => readMarkdown(text, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
  });
  if (query.data === undefined)
    return query.isPending ? <Loading label="Reading" /> : <QueryFailure query={query} />;
  const tree = query.data;
  if (tree === null) {
    return (
      <>
        <p className="border-b bg-warning-surface px-4 py-2 text-warning">
          This text is too much to be shown as Markdown, so this is its source.
        </p>
        <ExactText text={text} className="p-4" />
      </>
    );
  }
  const shown = toJsxRuntime(tree, { Fragment, jsx, jsxs, components: { a: Anchor } });
  return <div className="markdown max-w-prose p-4">{shown}</div>;
}

/** A link of a text leads out of this page only when a person wants it, and shows where to. */
function Anchor({ href, children }: ComponentProps<'a'>) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={href}
      className="text-primary underline"
    >
      {children}
    </a>
  );
}
