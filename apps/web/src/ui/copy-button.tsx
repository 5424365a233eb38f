import { Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from './button.tsx';

/** Puts a text into the clipboard, exactly, and says whether that worked. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      // Browsers only let pages of https and of this machine do that.
      setSaid('The browser does not let this page copy');
    }
  };
  return (
    <span className="inline-flex items-center gap-2">
      <Button size="small" onClick={() => void copy()}>
        <Copy aria-hidden />
        {label}
      </Button>
      <span role="status" className="text-xs text-muted-foreground">
        {said}
      </span>
    </span>
  );
}
