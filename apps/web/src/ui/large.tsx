import { type ReactNode, useState } from 'react';
import { formatBytes } from '../lib/words/format.ts';
import { Button } from './button.tsx';

/** What is larger is only loaded when a person says so. */
const MAX_UNASKED_BYTES = 1024 * 1024;

/** A body that is loaded when it is drawn: a large one waits behind a button. */
export function Large({ bytes, children }: { bytes: number; children: () => ReactNode }) {
  const [wanted, setWanted] = useState(false);
  if (bytes <= MAX_UNASKED_BYTES || wanted) return children();
  return (
    <div className="p-4">
      <Button onClick={() => setWanted(true)}>Load {formatBytes(bytes)}</Button>
    </div>
  );
}
