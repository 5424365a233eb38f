import { ExactText } from '../../ui/exact-text.tsx';
import { TextView } from '../../ui/text-view.tsx';

/** A longer text, or one of more lines, scrolls in a box of its own. */
const MAX_OPEN_LENGTH = 8000;

/** A text in the flow of the page, whatever its size. */
export function BoundedText({ label, text }: { label: string; text: string }) {
  if (text.length <= MAX_OPEN_LENGTH) return <ExactText text={text} />;
  return <TextView label={label} text={text} className="h-96 rounded border" />;
}
