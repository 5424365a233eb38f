import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { cn } from '../cn.ts';
import { VisiblePiece } from '../exact-text.tsx';
import { ScrollRegion } from '../scroll-region.tsx';

const ROW_HEIGHT = 20;

interface PatchLine {
  kind: 'added' | 'removed' | 'same' | 'hunk';
  text: string;
  /** The numbers of the line on both sides, where it is there. */
  before: number | null;
  after: number | null;
}

/** A unified diff, line by line; only what is in sight is drawn. */
export function PatchView({ patch, label }: { patch: string; label: string }) {
  const lines = useMemo(() => readPatch(patch), [patch]);
  const box = useRef<HTMLElement>(null);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 20,
  });
  return (
    <ScrollRegion ref={box} aria-label={label} className="font-mono text-xs">
      <div className="relative w-full" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const line = lines[index];
          return (
            line && (
              <div
                key={key}
                data-index={index}
                ref={virtualizer.measureElement}
                className={cn('absolute inset-x-0 top-0 flex', TONES[line.kind])}
                style={{ transform: `translateY(${start}px)` }}
              >
                <span className="w-12 shrink-0 px-1 text-right text-muted-foreground select-none">
                  {line.before}
                </span>
                <span className="w-12 shrink-0 px-1 text-right text-muted-foreground select-none">
                  {line.after}
                </span>
                <span className="w-5 shrink-0 text-center select-none">{SIGNS[line.kind]}</span>
                <span className="min-w-0 grow break-words whitespace-pre-wrap" dir="ltr">
                  <VisiblePiece text={line.text} />
                </span>
              </div>
            )
          );
        })}
      </div>
    </ScrollRegion>
  );
}

const TONES = {
  added: 'bg-success-surface',
  removed: 'bg-danger-surface',
  same: '',
  hunk: 'bg-muted text-muted-foreground',
} as const;
const SIGNS = { added: '+', removed: '−', same: '', hunk: '' } as const;

function readPatch(patch: string): PatchLine[] {
  const all = patch.split('\n');
  const first = all.findIndex((line) => line.startsWith('@@'));
  const lines: PatchLine[] = [];
  let before = 0;
  let after = 0;
  for (const line of all.slice(Math.max(first, 0))) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      lines.push({ kind: 'hunk', text: line, before: null, after: null });
      continue;
    }
    const text = line.slice(1);
    if (line.startsWith('+')) lines.push({ kind: 'added', text, before: null, after: after++ });
    else if (line.startsWith('-')) lines.push({ kind: 'removed', text, before: before++, after: null });
    else if (line.startsWith(' ')) lines.push({ kind: 'same', text, before: before++, after: after++ });
    else if (line.startsWith('\\'))
      lines.push({ kind: 'hunk', text: line.slice(2), before: null, after: null });
  }
  return lines;
}
