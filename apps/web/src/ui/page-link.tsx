import { useRouter } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

/** A link to a page of this app by its address, for addresses that no route's types can tell. */
export function PageLink({ href, onClick, ...props }: ComponentProps<'a'> & { href: string }) {
  const { history } = useRouter();
  return (
    <a
      href={href}
      onClick={(event) => {
        onClick?.(event);
        const plain =
          event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
        if (event.defaultPrevented || !plain) return;
        event.preventDefault();
        history.push(href);
      }}
      {...props}
    />
  );
}

export function exchangeHref(exchangeId: string): string {
  return `/exchanges/${exchangeId}`;
}

export function documentHref({ documentId, version }: { documentId: string; version?: number }): string {
  return `/documents/${documentId}${version === undefined ? '' : `?version=${version}`}`;
}
