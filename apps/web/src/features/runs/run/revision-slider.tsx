import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useShortcuts } from '../../../lib/keyboard/shortcuts.ts';
import { Button } from '../../../ui/button.tsx';

/** While it is dragged, the page follows when it rests this long. */
const REST_MS = 150;

export interface RevisionSliderProps {
  /** The revision that is looked at; undefined for the newest. */
  at: number | undefined;
  newest: number;
  onChange: (revision: number | undefined) => void;
}

/** Shows the run as of any revision: by dragging, by its buttons, and by [ and ]. */
export function RevisionSlider({ at, newest, onChange }: RevisionSliderProps) {
  const [dragged, setDragged] = useState<number | null>(null);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  const shown = at ?? newest;
  const value = dragged ?? shown;
  useEffect(() => {
    if (dragged === null) return;
    const timer = setTimeout(() => {
      if (dragged === shown) setDragged(null);
      else latest.current(dragged >= newest ? undefined : dragged);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [dragged, shown, newest]);
  const step = (by: 1 | -1) => setDragged(Math.min(Math.max(value + by, 1), newest));
  useShortcuts({ '[': () => step(-1), ']': () => step(1) });
  return (
    <div className="flex items-center gap-1">
      <Button
        size="icon"
        variant="ghost"
        className="size-7"
        aria-label="Previous revision"
        disabled={value <= 1}
        onClick={() => step(-1)}
      >
        <ChevronLeft aria-hidden />
      </Button>
      <input
        type="range"
        aria-label="Revision of the run"
        aria-valuetext={`Revision ${value} of ${newest}`}
        title="[ and ] go one back and one on"
        className="w-40 accent-primary lg:w-64"
        min={1}
        max={newest}
        value={value}
        onChange={({ target }) => setDragged(target.valueAsNumber)}
      />
      <Button
        size="icon"
        variant="ghost"
        className="size-7"
        aria-label="Next revision"
        disabled={value >= newest}
        onClick={() => step(1)}
      >
        <ChevronRight aria-hidden />
      </Button>
      <span className="min-w-16 text-xs tabular-nums">
        {value} of {newest}
      </span>
    </div>
  );
}
