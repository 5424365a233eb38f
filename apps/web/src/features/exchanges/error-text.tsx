import { TextBox } from '../../ui/text-box.tsx';
import { TextView } from '../../ui/text-view.tsx';

/** A longer one is drawn in part. */
const MAX_DRAWN_LENGTH = 8000;

/** Why something failed: all that was told, in little room. */
export function ErrorText({ label, text }: { label: string; text: string }) {
  if (text.length > MAX_DRAWN_LENGTH)
    return <TextView label={label} text={text} className="h-40 text-danger" />;
  return <TextBox label={label} text={text} className="max-h-40 text-danger" />;
}
