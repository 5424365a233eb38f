import type { VersionRef } from '@stepledger/client';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

const LOOK = 'inline-block py-1 text-primary hover:underline';

/** The way to an exchange of one side. */
export function ExchangeSide({ exchangeId, children }: { exchangeId: string; children: ReactNode }) {
  return (
    <Link to="/exchanges/$exchangeId" params={{ exchangeId }} className={LOOK}>
      {children}
    </Link>
  );
}

/** The way to the version of a document that one side has. */
export function DocumentSide({ document, children }: { document: VersionRef; children: ReactNode }) {
  const { documentId, version } = document;
  return (
    <Link to="/documents/$documentId" params={{ documentId }} search={{ version }} className={LOOK}>
      {children}
    </Link>
  );
}
