import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { formatNumber } from '../lib/words/format.ts';
import { Button } from './button.tsx';
import { cn } from './cn.ts';
import { VisiblePiece } from './exact-text.tsx';
import { ScrollRegion } from './scroll-region.tsx';
import { TEXT_START, toTextPart } from './text-rows.ts';

const ROW_HEIGHT = 18;
/** With links before each line: high enough for a finger. */
const GUTTER_ROW_HEIGHT = 24;
/** About the characters of a line in a wide window: how high a long row is becomes known when it is drawn. */
const LINE_LENGTH = 150;

export interface TextViewProps {
  /** What the text is, for who cannot see it. */
  label: string;
  text: string;
  /** What stands before a line, by its number. */
  gutter?: ((line: number) => ReactNode) | undefined;
  className?: string;
}

/** A stored text of any size, line by line and exactly; only what is in sight is drawn. */
export function TextView({ label, text, gutter, className }: TextViewProps) {
  const [starts, setStarts] = useState([TEXT_START]);
  const start = starts.at(-1) ?? TEXT_START;
  const { rows, next } = useMemo(() => toTextPart(text, start), [text, start]);
  const box = useRef<HTMLElement>(null);
  const rowHeight = gutter === undefined ? ROW_HEIGHT : GUTTER_ROW_HEIGHT;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => Math.ceil(((rows[index]?.text.length ?? 0) + 1) / LINE_LENGTH) * rowHeight,
    overscan: 20,
  });
  const goTo = (places: typeof starts) => {
    setStarts(places);
    virtualizer.scrollToOffset(0);
  };
  return (
    <div className={cn('flex h-full min-h-0 flex-col', className)}>
      <ScrollRegion ref={box} aria-label={label} className="min-h-0 font-mono text-xs">
        <div className="relative w-full" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, key, start: top }) => {
            const row = rows[index];
            return (
              row && (
                <div
                  key={key}
                  data-index={index}
                  ref={virtualizer.measureElement}
                  className="absolute inset-x-0 top-0 flex"
                  style={{ transform: `translateY(${top}px)`, lineHeight: `${rowHeight}px` }}
                >
                  {gutter !== undefined && row.first && gutter(row.line)}
                  <span className="w-14 shrink-0 pr-3 text-right text-muted-foreground select-none">
                    {row.first ? row.line : ''}
                  </span>
                  <span className="min-w-0 grow break-words whitespace-pre-wrap" dir="ltr">
                    <VisiblePiece text={row.text} />
                  </span>
                </div>
              )
            );
          })}
        </div>
      </ScrollRegion>
      {(starts.length > 1 || next !== null) && (
        <div className="flex items-center gap-2 border-t p-2">
          <span className="text-muted-foreground">From line {formatNumber(start.line)}</span>
          <Button size="small" disabled={starts.length === 1} onClick={() => goTo(starts.slice(0, -1))}>
            Part before
          </Button>
          <Button
            size="small"
            disabled={next === null}
            onClick={() => next !== null && goTo([...starts, next])}
          >
            Next part
          </Button>
        </div>
      )}
    </div>
  );
}
