import { ExactText } from '../../ui/exact-text.tsx';
import { TextBox } from '../../ui/text-box.tsx';
import { TextView } from '../../ui/text-view.tsx';

/** A longer text is drawn in part, in a box of its own that scrolls. */
const MAX_DRAWN_LENGTH = 8000;

interface BoundedTextProps {
  /** What the text is, for who cannot see it. */
  label: string;
  text: string;
}

/** A text in the flow of the page, whatever its size. */
export function BoundedText({ label, text }: BoundedTextProps) {
  if (text.length <= MAX_DRAWN_LENGTH) return <ExactText text={text} />;
  return <TextView label={label} text={text} className="h-96 rounded border" />;
}

/** Why something failed: all that was told, in little room. */
export function ErrorText({ label, text }: BoundedTextProps) {
  if (text.length <= MAX_DRAWN_LENGTH)
    return <TextBox label={label} text={text} className="max-h-40 text-danger" />;
  return <TextView label={label} text={text} className="h-40 text-danger" />;
}
