import { formatAgo, formatTime } from '../lib/words/format.ts';
import { useNow } from '../lib/words/use-now.ts';
import { cn } from './cn.ts';

/** How long ago something was; the exact time when pointed at. */
export function Ago({ time, className }: { time: string; className?: string }) {
  const now = useNow();
  return (
    <time
      dateTime={time}
      title={formatTime(time)}
      className={cn('text-xs whitespace-nowrap text-muted-foreground', className)}
    >
      {formatAgo(time, now)}
    </time>
  );
}
