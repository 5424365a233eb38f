import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** The way to an exchange, by its id when nothing better is known. */
export function ExchangeLink({ exchangeId, children }: { exchangeId: string; children?: ReactNode }) {
  return (
    <Link
      to="/exchanges/$exchangeId"
      params={{ exchangeId }}
      className="text-primary underline underline-offset-2"
    >
      {children ?? `exchange …${exchangeId.slice(-6)}`}
    </Link>
  );
}
