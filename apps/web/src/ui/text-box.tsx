import { cn } from './cn.ts';
import { ExactText } from './exact-text.tsx';
import { ScrollRegion } from './scroll-region.tsx';

export interface TextBoxProps {
  /** What the text is, for who cannot see it. */
  label: string;
  text: string;
  className?: string;
}

/** A stored text that takes little room: a longer one scrolls, also by keyboard. */
export function TextBox({ label, text, className }: TextBoxProps) {
  return (
    <ScrollRegion aria-label={label} className={cn('h-auto max-h-60', className)}>
      <ExactText text={text} />
    </ScrollRegion>
  );
}
